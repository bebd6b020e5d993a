"""What people of the site are told: each notice once, by each way that is set up."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from newsletter.model.notice import NoticeKind, TellingState
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

notice = Table(
    "notice",
    metadata,
    Column("id", BigId, primary_key=True),
    # What it is about, such as `paused-12-3`: never two notices for one occasion.
    Column("cause", String(96), nullable=False, unique=True),
    Column("kind", Word(NoticeKind), nullable=False),
    Column("at", Moment, nullable=False),
    Column("issue_number", Integer),
    Column("dispatch_id", Integer),
    Column("title", Text, nullable=False),
    Column("words", Text, nullable=False),
    sqlite_autoincrement=True,
)

# One line a way: committed as `telling` before anything leaves; what is unknown is not told again.
telling = Table(
    "telling",
    metadata,
    Column("notice_id", BigId, ForeignKey("notice.id"), primary_key=True),
    Column("way", String(128), primary_key=True),  # `mail:ADDRESS` or `url:N`
    Column("state", Word(TellingState), nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("not_before", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("reason", Text, nullable=False, server_default=""),
)
Index("ix_telling_state", telling.c.state, telling.c.not_before)

# Who has seen which notice in the studio.
notice_read = Table(
    "notice_read",
    metadata,
    Column("person_id", Integer, ForeignKey("person.id"), primary_key=True),
    Column("notice_id", BigId, ForeignKey("notice.id"), primary_key=True),
    Column("at", Moment, nullable=False),
)
