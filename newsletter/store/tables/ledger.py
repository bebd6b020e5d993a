"""Dispatches and what they are made of, except the deliveries."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
)

from newsletter.model.ledger import BatchState, DispatchKind, DispatchState, WaveState
from newsletter.model.transport import Answer
from newsletter.store.columns import Moment, Word
from newsletter.store.tables.base import metadata

dispatch = Table(
    "dispatch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_number", Integer, nullable=False),
    Column("approval_id", Integer, ForeignKey("approval.id"), nullable=False),
    Column("kind", Word(DispatchKind), nullable=False),
    Column("state", Word(DispatchState), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),  # why paused or in review
    Column("paused_from", Word(DispatchState)),
    # The truth of a schedule: an instant, and the wall time and zone it came from.
    Column("due_at", Moment, nullable=False),
    Column("wall_time", Text, nullable=False, server_default=""),
    Column("zone", Text, nullable=False, server_default=""),
    Column("past_zones", Text, nullable=False, server_default="now"),  # or next_day
    Column("canary", Integer, nullable=False, server_default="0"),
    Column("readers_per_hour", Integer, nullable=False, server_default="0"),
    Column("by", Text, nullable=False, server_default=""),
    Column("created_at", Moment, nullable=False),
    Column("started_at", Moment),
    Column("ended_at", Moment),
    # Freezing: readers up to `cursor` are frozen, those above `frontier` joined too late.
    Column("cursor", BigInteger, nullable=False, server_default="0"),
    Column("frontier", BigInteger),
    Column("frozen", Integer, nullable=False, server_default="0"),
    Column("batch_size", Integer, nullable=False, server_default="0"),
    # All its deliveries lie between these ids; others' may lie there too.
    Column("first_delivery", BigInteger, nullable=False, server_default="0"),
    Column("last_delivery", BigInteger, nullable=False, server_default="0"),
    # Pace and brakes.
    Column("paced_until", Moment),
    Column("not_before", Moment),  # nothing is claimed before this moment
    Column("unreachable", Integer, nullable=False, server_default="0"),  # in a row
    Column("ambiguous", Integer, nullable=False, server_default="0"),  # in a row
    Column("probes", Integer, nullable=False, server_default="0"),  # failed, in a row
    sqlite_autoincrement=True,
)
Index("ix_dispatch_issue", dispatch.c.issue_number)
# One unended dispatch an issue: a second click finds the first.
Index(
    "uq_dispatch_live_issue",
    dispatch.c.issue_number,
    unique=True,
    sqlite_where=dispatch.c.state.not_in([DispatchState.SENT, DispatchState.CANCELLED]),
    postgresql_where=dispatch.c.state.not_in([DispatchState.SENT, DispatchState.CANCELLED]),
)

wave = Table(
    "wave",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dispatch_id", Integer, ForeignKey("dispatch.id"), nullable=False),
    Column("name", Text, nullable=False),  # `all`, `canary`, or a wall time's instant
    Column("canary", Boolean, nullable=False, server_default="0"),
    Column("state", Word(WaveState), nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("due_at", Moment, nullable=False),
    Column("late_from", Moment, nullable=False),  # `due_at`, or later if it had to wait for us
    Column("opened_at", Moment),
    Column("ended_at", Moment),
    Column("passed_at", Moment),  # of a canary: since then the other waves may open
    sqlite_autoincrement=True,
)
Index("ix_wave_dispatch", wave.c.dispatch_id, wave.c.state)

# Which wave a reader's zone belongs to; zones not listed belong to the one named ''.
wave_zone = Table(
    "wave_zone",
    metadata,
    Column("dispatch_id", Integer, ForeignKey("dispatch.id"), primary_key=True),
    Column("zone", Text, primary_key=True),
    Column("wave_id", Integer, ForeignKey("wave.id"), nullable=False),
)

# Readers of one wave and one rendition: where the next of them gets its delivery id. Ids come in
# blocks of a batch's size; while freezing, a lane fills its open block and then a run of new ones.
# The lane with wave and rendition 0 holds those excluded at freezing.
lane = Table(
    "lane",
    metadata,
    Column("dispatch_id", Integer, ForeignKey("dispatch.id"), primary_key=True),
    Column("wave_id", Integer, primary_key=True),
    Column("rendition_id", Integer, primary_key=True),
    Column("open_next", BigInteger, nullable=False, server_default="0"),
    Column("open_free", Integer, nullable=False, server_default="0"),
    Column("run_next", BigInteger, nullable=False, server_default="0"),
)

batch = Table(
    "batch",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dispatch_id", Integer, ForeignKey("dispatch.id"), nullable=False),
    Column("wave_id", Integer, ForeignKey("wave.id"), nullable=False),
    Column("rendition_id", Integer, ForeignKey("rendition.id"), nullable=False),
    Column("parent_id", Integer, ForeignKey("batch.id")),
    Column("state", Word(BatchState), nullable=False),
    # Its readers: the deliveries in this range. Ranges of batches that can move never overlap.
    Column("first_delivery", BigInteger, nullable=False),
    Column("last_delivery", BigInteger, nullable=False),
    Column("probe", Boolean, nullable=False, server_default="0"),
    # Whoever claims raises the fence; a holder of an older number can not write any more.
    Column("fence", Integer, nullable=False, server_default="0"),
    Column("owner", Text, nullable=False, server_default=""),
    Column("lease_until", Moment),
    Column("attempt_id", Integer),
    Column("refusal", Text, nullable=False, server_default=""),  # the words it was refused with
    sqlite_autoincrement=True,
)
Index("ix_batch_dispatch", batch.c.dispatch_id, batch.c.state)
Index("ix_batch_wave", batch.c.wave_id, batch.c.state)
Index("ix_batch_parent", batch.c.parent_id)
Index(
    "ix_batch_held",
    batch.c.state,
    batch.c.lease_until,
    sqlite_where=batch.c.state.in_([BatchState.CLAIMED, BatchState.SENDING]),
    postgresql_where=batch.c.state.in_([BatchState.CLAIMED, BatchState.SENDING]),
)

attempt = Table(
    "attempt",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("batch_id", Integer, ForeignKey("batch.id"), nullable=False),
    Column("fence", Integer, nullable=False),
    Column("owner", Text, nullable=False),
    Column("readers", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("answer", Word(Answer)),
    Column("status", Integer, nullable=False, server_default="0"),
    Column("message_id", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    Column("late", Boolean, nullable=False, server_default="0"),
    sqlite_autoincrement=True,
)
Index("ix_attempt_batch", attempt.c.batch_id)

# What a person decided, and what they were shown when they did.
decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("issue_number", Integer, nullable=False),
    Column("dispatch_id", Integer, ForeignKey("dispatch.id")),
    Column("what", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("readers", Integer, nullable=False, server_default="0"),
    Column("evidence", JSON, nullable=False),
)
Index("ix_decision_issue", decision.c.issue_number)
