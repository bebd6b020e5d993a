"""What the scheduler does now and then so that nothing personal is kept longer than it must be."""

from __future__ import annotations

from datetime import timedelta

from newsletter.store.allowances import prune_allowances
from newsletter.store.consents import cut_networks
from newsletter.store.list_imports import drop_imports
from newsletter.store.requests import prune_requests
from newsletter.subscribing.reception import Reception

NETWORKS_FOR = timedelta(days=30)
REQUESTS_FOR = timedelta(days=30)
"""After its end, what was typed into a form is still there for who asks for a new mail."""
LISTS_FOR = timedelta(days=1)
"""For somebody to bring in a list that was handed over, and to fetch its bad rows."""


def keep_up(reception: Reception, networks_for: timedelta = NETWORKS_FOR) -> int:
    """Cut old addresses of the network to /24 and /48, and forget what has ended.

    Args:
        networks_for: how long proof holds them whole.

    Returns:
        How many were cut. Doing it again at once cuts none.
    """
    now, cut = reception.now, 0
    with reception.store.write() as connection:
        prune_requests(connection, now - REQUESTS_FOR)
        prune_allowances(connection, now)
        drop_imports(connection, now - LISTS_FOR)
    while True:
        with reception.store.write() as connection:
            more = cut_networks(connection, now - networks_for)
        cut += more
        if not more:
            return cut
