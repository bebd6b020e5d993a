"""Lists on their way from the studio to whoever the engine asks; their bytes go at the end."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, Table
from sqlalchemy import Text as Words

from newsletter.model.list_import import ImportStage
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import BigId, metadata

list_import = Table(
    "list_import",
    metadata,
    Column("id", BigId, primary_key=True),
    Column("name", Words, nullable=False),  # the file's, made fit to be one
    Column("choices", JSON, nullable=False),  # how a person said it is to be read
    Column("stage", Word(ImportStage), nullable=False),
    Column("handed_at", Moment, nullable=False),
    Column("seen_at", Moment),  # when whoever brings it in gave a sign of life
    Column("read", BigInteger, nullable=False, server_default="0"),  # bytes
    Column("stop", Boolean, nullable=False, server_default="0"),  # somebody wishes it
    Column("result", JSON),
    Column("problem", Words, nullable=False, server_default=""),
    sqlite_autoincrement=True,
)

# Part 0 is the list, until its end; the others are files of bad rows, until they are fetched.
list_piece = Table(
    "list_piece",
    metadata,
    Column("import_id", ForeignKey(list_import.c.id, ondelete="CASCADE"), primary_key=True),
    Column("part", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)
