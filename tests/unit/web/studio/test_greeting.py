"""What somebody without a name reads in a letter's opening."""

from __future__ import annotations

import pytest

from newsletter.model.person import Role
from newsletter.web.studio.greeting import without_name
from tests.studio import Studio

FIELDS = ("first_name", "clinic")
PAGE = "/studio/issues/2026-12-01-why-microneedling-works"


@pytest.mark.parametrize(
    ("opening", "read"),
    [
        ("Hello {{ subscriber.first_name | default('there') }},\n\nit is cold.", "Hello there,"),
        ("Cold.\n\nYours, {{ subscriber.first_name }}!", "Yours, !"),
        ('From {{ subscriber.clinic | default("us") }}.', ""),
        ("Hello {{ subscriber.frist_name }}", ""),
        ("x" * 100 + "{{ subscriber.first_name }}", "x" * 89 + "…"),
        ("", ""),
    ],
)
def test_the_line_with_the_name_is_told(opening: str, read: str) -> None:
    """As a reader without one gets it; nothing where no name is, or where it can not be read."""
    assert without_name(opening, FIELDS) == read


def test_the_opening_offers_the_name_and_says_what_stands_for_none(studio: Studio) -> None:
    """On the page and in its own part, which follows what was saved."""
    editor = studio.client(Role.EDITOR)
    page = editor.get(PAGE).text
    assert "Insert the reader&#39;s name" in page or "Insert the reader's name" in page
    form = {"body": 'Good day {{ subscriber.first_name | default("dear reader") }}'}
    assert editor.post(f"{PAGE}/letter", form).status_code == 303
    part = editor.get(f"{PAGE}/parts/greeting", part=True).text
    assert "Good day dear reader" in part
    editor.post(f"{PAGE}/letter", {"body": "Good day"})
    part = editor.get(f"{PAGE}/parts/greeting", part=True).text
    assert "whoever gave none reads <q>there</q>" in part
