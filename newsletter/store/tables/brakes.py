"""Which shares a dispatch stopped itself for, and with which a person went on."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, Table

from newsletter.model.brake import BrakeKind
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import metadata

brake = Table(
    "brake",
    metadata,
    Column("dispatch_id", Integer, ForeignKey("dispatch.id"), primary_key=True),
    Column("kind", Word(BrakeKind), primary_key=True),
    Column("share", Float, nullable=False),  # 0 to 1; the largest that was told
    Column("at", Moment, nullable=False),
    # It stopped, and nobody has gone on yet: whoever does goes on with what it is by then.
    Column("is_on", Boolean, nullable=False, server_default="1"),
)
