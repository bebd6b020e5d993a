"""The small ledger of the program's own mails: confirm, welcome, goodbye, links."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from newsletter.model.consent import MailName, MailState
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

system_mail = Table(
    "system_mail",
    metadata,
    Column("id", BigId, primary_key=True),
    # What asked for it, such as `confirm-17`: never two mails for one request.
    Column("cause", String(64), nullable=False, unique=True),
    Column("name", Word(MailName), nullable=False),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("address", Text, nullable=False),  # '' once erased
    Column("about", BigInteger, nullable=False),  # what its link names: a request, a withdrawal
    Column("state", Word(MailState), nullable=False),
    Column("queued_at", Moment, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),  # sent later, it would offer nothing
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("lease_until", Moment),
    Column("ended_at", Moment),
    Column("status", Integer, nullable=False, server_default="0"),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index(
    "ix_system_mail_open",
    system_mail.c.state,
    system_mail.c.not_before,
    sqlite_where=system_mail.c.state.in_([MailState.QUEUED, MailState.SENDING]),
    postgresql_where=system_mail.c.state.in_([MailState.QUEUED, MailState.SENDING]),
)
Index("ix_system_mail_subscriber", system_mail.c.subscriber_id)
