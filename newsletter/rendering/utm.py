"""UTM parameters: from where a reader came, told to the site that a link of content leads to.

They are added while a letter is rendered, so that preview, checks and dispatch see the same
bytes. Names as Google Analytics has them (https://support.google.com/analytics/answer/10917952).
"""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote, unquote

from newsletter.model.content import Issue
from newsletter.model.links import link_pattern
from newsletter.model.site import Site

Tagging = Callable[[str], str]


def untagged(url: str) -> str:
    """A link as it is."""
    return url


def tagging_of(issue: Issue, site: Site) -> Tagging:
    """What adds the site's parameters to a link of an issue; without any it changes nothing."""
    utm = site.utm
    campaign = utm.campaign.replace("{number}", str(issue.number)).replace("{slug}", issue.slug)
    named = {"utm_source": utm.source, "utm_medium": utm.medium, "utm_campaign": campaign}
    parameters = {name: value for name, value in named.items() if value}
    if not parameters:
        return untagged
    return lambda url: tagged(url, parameters, site.public_url)


def tagged(url: str, parameters: dict[str, str], public_url: str) -> str:
    """Add parameters to a web address; one that the author wrote stays, whatever it says.

    Args:
        url: with merge tags' tokens, not escaped; everything of it stays as it is.
        parameters: name -> value, in order; values are percent-encoded here.
        public_url: where the site's own pages are, of which those for one reader get none.

    Returns:
        The address; the same one where it is no web address or a page for one reader.
    """
    if link_pattern(url, public_url) is None:
        return url
    before, hash_, fragment = url.partition("#")
    page, _, query = before.partition("?")
    own = {unquote(piece.partition("=")[0]).lower() for piece in query.split("&")}
    added = [
        f"{name}={quote(value, safe='')}" for name, value in parameters.items() if name not in own
    ]
    if not added:
        return url
    pieces = "&".join(filter(None, [query.rstrip("&"), *added]))
    return f"{page}?{pieces}{hash_}{fragment}"
