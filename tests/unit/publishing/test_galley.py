"""One variant at a time, and the same bytes as all together."""

from __future__ import annotations

from pathlib import Path

import pytest

from newsletter.checks import Evidence
from newsletter.content import load_issue
from newsletter.errors import NotFound
from newsletter.publishing import compose, examine, set_up
from newsletter.rendering import render
from tests.factories import make_site

TWO = """\
---
number: 1
subject: Hello
snippets: [skin/collagen, skin/hours]
---
Dear reader.
"""
HOURS = "---\ntitle: New hours\nkind: news\n---\nWe open earlier.\n"
FILES = {"issues/first.md": TWO, "issues/topics/skin/hours.md": HOURS}


def test_one_variant_has_the_bytes_it_has_among_all(tmp_path: Path) -> None:
    """What is printed alone, in any order, is byte for byte what `render` makes."""
    site = make_site(tmp_path, FILES)
    whole = render(load_issue(site, "first"), site)
    names = [each.variant for each in whole.renditions]
    assert len(names) > 1
    for name in reversed(names):
        assert set_up(site, "first").rendition(name) == whole.variant(name)


def test_what_was_shown_is_what_is_checked(tmp_path: Path) -> None:
    """A composition holds the very renditions that were printed before, and finds the same."""
    site = make_site(tmp_path, FILES)
    galley = set_up(site, "first")
    shown = galley.rendition("tips")
    composed = examine(galley, Evidence())
    assert composed.renditions.variant("tips") is shown
    assert composed.findings == compose(site, "first", Evidence()).findings


def test_the_fullest_needs_no_name_and_a_wrong_name_offers_the_nearest(tmp_path: Path) -> None:
    """Names are answered as everywhere: empty is the fullest, unknown is told."""
    galley = set_up(make_site(tmp_path, FILES), "first")
    assert galley.rendition().variant == "all"
    with pytest.raises(NotFound, match="tips"):
        galley.rendition("tipps")


def test_checking_asks_again_and_again_whether_it_may_go_on(tmp_path: Path) -> None:
    """Between variants and between rules somebody may stop it."""
    galley = set_up(make_site(tmp_path, FILES), "first")
    asked = 0

    def between() -> None:
        nonlocal asked
        asked += 1
        if asked == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine(galley, Evidence(), between=between)
    assert asked == 20
