"""Clicks laid over the letter: which of its links was followed how often."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.feedback.numbers import Band, Engaged, Place
from newsletter.model.links import counted_url
from newsletter.publishing.letter_links import hrefs_in


@dataclass(frozen=True, slots=True)
class Spot:
    """One counted link of a letter, wherever it stands in it.

    Attributes:
        number: 1 is the first from the top.
        hrefs: its addresses as they stand in the HTML, each once.
        titles: of the places it stands in, for people.
        times: how often it stands there; a click does not say which of them it was.
    """

    number: int
    url: str
    hrefs: tuple[str, ...]
    titles: tuple[str, ...]
    times: int
    readers: Band


def spots(html: str, public_url: str, engaged: Engaged) -> Sequence[Spot]:
    """The links of a letter in their order, with what was counted of each.

    Args:
        html: of one reader, all values in their places.
        public_url: where readers reach the site; its pages for one reader are left out.
        engaged: of the issue whose letter it is.
    """
    links = {each.url: each for each in engaged.links}
    known = tuple(links)
    found: dict[str, list[str]] = {}
    for href in hrefs_in(html):
        url = counted_url(href, public_url, known)
        if url is not None:
            found.setdefault(url, []).append(href)
    return [
        Spot(
            number=at,
            url=url,
            hrefs=tuple(dict.fromkeys(hrefs)),
            titles=_titles(links[url].places) if url in links else (),
            times=len(hrefs),
            readers=links[url].readers if url in links else Band(),
        )
        for at, (url, hrefs) in enumerate(found.items(), 1)
    ]


def _titles(places: Sequence[Place]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.name for each in places))
