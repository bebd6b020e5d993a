"""Rows about the site as a whole: one row each, except its identities."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Integer, String, Table, Text

from newsletter.store.columns import Moment
from newsletter.store.tables.base import metadata

site = Table(
    "site",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    # Which secret key signs this site's links; a database made with another is refused.
    Column("secret_fingerprint", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    # The first delivery id that was never given; ids stay below 2**48, for marks in links.
    Column("next_delivery", BigInteger, nullable=False, server_default="1"),
    # Where `db copy` took the data; a moved database refuses to send.
    Column("moved_to", Text),
    Column("moved_at", Moment),
)

# Mails carry the site id that was current when they left. A restore or a copy gets a new one,
# old ones stay known so that late events still find their delivery.
identity = Table(
    "identity",
    metadata,
    Column("site_id", String(16), primary_key=True),
    Column("since", Moment, nullable=False),
    Column("retired_at", Moment),
)

# What all senders of the site share: one provider, one allowance.
throttle = Table(
    "throttle",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    # After a 429 nobody asks before this moment.
    Column("not_before", Moment),
    Column("reason", Text, nullable=False, server_default=""),
    # The site's allowance: the next batch may be claimed at this moment.
    Column("paced_until", Moment),
    # The warm-up ramp counts readers by day (UTC); `warm_up_days`: how many have counted so far.
    Column("day", Date),
    Column("day_readers", Integer, nullable=False, server_default="0"),
    Column("warm_up_days", Integer, nullable=False, server_default="0"),
)

# When a scheduler last looked; a due issue without a look for two minutes is shown in red.
tick = Table(
    "tick",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("owner", Text, nullable=False, server_default=""),
)
