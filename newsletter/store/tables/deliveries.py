"""The one table with millions of rows: one reader in one dispatch.

Ids are given, not drawn: readers of one wave and one rendition get ids in blocks of a batch's
size (`lane`), so a batch is a range of the primary key and needs no index of its own.

`holds` repeats what `outcome` says (a CHECK keeps them together), because the index that
forbids a second mail is partial: were it to look at `outcome`, each change from queued to
sending to accepted would rewrite its entry. Measured on SQLite: 9.0 microseconds a reader
for both updates with `outcome` in the index, 1.6 with `holds`.

On PostgreSQL a page begins less than half filled (migration 0007), so that both changes find
room beside the row, and the indexes need not hear of them.

There are no foreign keys, for the same reason; the rows are made by one statement each.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, Table, text

from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback
from newsletter.store.columns import Code
from newsletter.store.tables.base import BigId, metadata

OUTCOME_CODES = (
    (DeliveryOutcome.QUEUED, 2),
    (DeliveryOutcome.SENDING, 3),
    (DeliveryOutcome.ACCEPTED, 4),
    (DeliveryOutcome.UNKNOWN, 5),
    (DeliveryOutcome.REJECTED, 6),
    (DeliveryOutcome.EXCLUDED, 7),
)
REASON_CODES = (
    (ExclusionReason.SUPPRESSED, 2),
    (ExclusionReason.UNSUBSCRIBED, 3),
    (ExclusionReason.ERASED, 4),
    (ExclusionReason.PAUSED, 5),
    (ExclusionReason.NOTHING_CHOSEN, 6),
    (ExclusionReason.ALREADY_MAILED, 7),
    (ExclusionReason.CANCELLED, 8),
    (ExclusionReason.UNFIT, 9),
    (ExclusionReason.DECIDED, 10),
)
FEEDBACK_CODES = (
    (Feedback.NONE, 2),
    (Feedback.DEFERRED, 3),
    (Feedback.DELIVERED, 4),
    (Feedback.BOUNCED, 5),
    (Feedback.DROPPED, 6),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=False),
    Column("dispatch_id", Integer, nullable=False),
    Column("issue_number", Integer, nullable=False),
    Column("subscriber_id", BigInteger, nullable=False),
    Column("rendition_id", Integer),
    Column("outcome", Code(DeliveryOutcome, OUTCOME_CODES), nullable=False),
    Column("holds", Boolean, nullable=False),
    Column("reason", Code(ExclusionReason, REASON_CODES)),
    Column("feedback", Code(Feedback, FEEDBACK_CODES), nullable=False),
    Column("attempt_id", Integer),
    CheckConstraint("(outcome BETWEEN 2 AND 5) = holds", name="holds"),
    CheckConstraint("(outcome = 7) = (reason IS NOT NULL)", name="reason"),
)
# Once an issue, not once a dispatch.
Index(
    "uq_delivery_once_an_issue",
    delivery.c.issue_number,
    delivery.c.subscriber_id,
    unique=True,
    # As SQLAlchemy writes the condition, or SQLite does not see that the index answers it.
    sqlite_where=text("holds = 1"),
    postgresql_where=text("holds"),
)
# One reader's deliveries that hold them no more: rejected or excluded, so the others' steps never
# touch it.
Index(
    "ix_delivery_let_go",
    delivery.c.subscriber_id,
    sqlite_where=text("holds = 0"),
    postgresql_where=text("NOT holds"),
)
