"""What a row of a list may say on this site."""

from __future__ import annotations

from datetime import datetime

from newsletter.lists import DateOrder, ListRules
from newsletter.model.site import Site
from newsletter.subscribing.addresses import normalise


def list_rules(site: Site, now: datetime, dates: DateOrder | None = None) -> ListRules:
    """The site's own attributes and interests; an interest may be called by its label.

    Args:
        now: aware; no yes is later.
        dates: how to read 03/04/2021; None means that such a date is a mistake.
    """
    words = {each.label.lower(): each.slug for each in site.interests}
    words |= {each.slug: each.slug for each in site.interests}
    return ListRules(site.attributes, words, normalise, now, dates)
