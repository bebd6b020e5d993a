"""Whatever stands in a file, it loads or is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.content import check_all, load_issue
from newsletter.errors import ContentError
from newsletter.model.site import Site
from tests.factories import ISSUE, make_site

PIECES = st.sampled_from(
    [
        *("---\n", "...\n", "number: 1\n", "subject: A\n", "snippets:\n", "  - skin/collagen\n"),
        *(
            "  - cta: ",
            "{text: a, link: 'https://a.b'}",
            "audience: ",
            "{not: ",
            "{clinic: [berlin]}",
        ),
        *("send_at: ", "2026-01-01 09:00\n", "timezone: UTC\n", "layout: ", "{{ ", " }}", "{% "),
        *(
            "subscriber.",
            "email",
            "? ",
            ": ",
            "- ",
            "[",
            "]",
            "{",
            "}",
            "&a ",
            "*a",
            "!!x ",
            "<<: ",
        ),
        *("|\n", ">-\n", "\t", "\r\n", "\ufeff", "#", "%YAML 1.1\n", '"\\x00"', "'", '"', "\u2028"),
        *("image: ../x\n", "  - image: {file: drop.png, alt: ''}\n", "  - divider\n", "Words.\n"),
    ]
)
likely = st.lists(PIECES | st.text(max_size=5), max_size=30).map("".join)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return make_site(tmp_path_factory.mktemp("site"))


def loads_or_refuses(site: Site, data: bytes) -> None:
    path = site.root / "issues" / "first.md"
    path.write_bytes(data)
    try:
        issue = load_issue(site, path)
    except ContentError as refused:
        problems = refused.problems
    else:
        str(issue).encode()
        assert issue.number
        assert issue.subject
        problems = ()
    assert check_all(site) == problems
    lines = data.count(b"\n") + data.count(b"\r") + 1
    assert all(problem.message and problem.place.line <= lines for problem in problems)


ONE_SITE = settings(
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)


@ONE_SITE
@given(data=st.binary())
def test_any_bytes_load_or_are_refused(site: Site, data: bytes) -> None:
    """No bytes raise anything but ContentError."""
    loads_or_refuses(site, data)


@ONE_SITE
@given(text=likely)
def test_anything_like_an_issue_loads_or_is_refused(site: Site, text: str) -> None:
    """No arrangement of an issue's pieces raises anything but ContentError."""
    loads_or_refuses(site, text.encode("utf-8", errors="surrogatepass"))


@ONE_SITE
@given(text=likely)
def test_any_settings_load_or_are_refused(site: Site, text: str) -> None:
    """No front matter raises anything but ContentError."""
    loads_or_refuses(site, f"---\n{text}\n---\nWords.\n".encode(errors="surrogatepass"))


@ONE_SITE
@given(at=st.integers(0, len(ISSUE) - 1), byte=st.integers(0, 255))
def test_one_wrong_byte_in_an_issue_is_harmless(site: Site, at: int, byte: int) -> None:
    """A damaged issue raises nothing but ContentError."""
    data = bytearray(ISSUE.encode())
    data[at] = byte
    loads_or_refuses(site, bytes(data))


def test_the_issue_they_are_made_from_loads(tmp_path: Path) -> None:
    """The scratch site itself is in order."""
    assert check_all(make_site(tmp_path)) == ()
