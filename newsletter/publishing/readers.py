"""Readers who do not exist: for previews, builds and the archive."""

from __future__ import annotations

from collections.abc import Mapping

from newsletter.errors import UsageError, nearest
from newsletter.model.site import Site


def neutral_reader(site: Site) -> dict[str, str]:
    """A reader without values, whose links lead to the site's own sample pages."""
    return {
        "subscriber.email": "reader@example.com",
        "link.unsubscribe": f"{site.public_url}/unsubscribe/sample",
        "link.preferences": f"{site.public_url}/preferences/sample",
        "link.view": f"{site.public_url}/view/sample",
    }


def sample_reader(site: Site, values: Mapping[str, str]) -> dict[str, str]:
    """The neutral reader with some values given.

    Args:
        values: subscriber field -> value, such as `first_name`.

    Raises:
        UsageError: a field that this site does not know.
    """
    reader = neutral_reader(site)
    for name, value in values.items():
        if name not in site.subscriber_fields:
            known = nearest(name, site.subscriber_fields)
            raise UsageError(f'Readers have no field "{name}". {known}')
        reader[f"subscriber.{name}"] = value
    return reader
