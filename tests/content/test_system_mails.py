"""The mails of the program itself, as they stand in `templates/mail/`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.checks import Evidence, check_mail
from newsletter.config import load_settings
from newsletter.errors import Place
from newsletter.model.consent import MailName
from newsletter.model.merge import Context, MergeTag
from newsletter.rendering.system_mail import (
    LatestIssue,
    print_approval_request,
    print_invitation,
    print_mail,
)

ROOT = Path(__file__).resolve().parents[2]
SITE = load_settings(ROOT, {}).site
LATEST = LatestIssue("Why microneedling works", "https://news.example.com/archive/why")


def place(name: MailName) -> Place:
    return Place(f"templates/mail/{name}")


@pytest.mark.parametrize("latest", [None, LATEST], ids=["first", "later"])
@pytest.mark.parametrize("name", MailName)
def test_every_mail_of_the_program_passes_its_rules(
    name: MailName, latest: LatestIssue | None
) -> None:
    """Nothing stands against any of them, before and after a first issue was sent."""
    made = print_mail(SITE, name, latest).rendition
    assert check_mail(made, SITE, Evidence(), place(name)) == ()


def test_what_asks_for_an_approval_passes_its_rules() -> None:
    """With and without a message, which stands in it as text."""
    asked = dict.fromkeys(("name", "by", "subject", "until"), "Ada & <Bo>")
    link = {"link": "https://news.example.com/studio/review/sample"}
    for note in ("", "Look at <b>tip</b> two.\nThank you."):
        made = print_approval_request(SITE, asked | link | {"note": note}).rendition
        place = Place("templates/mail/approval-request")
        assert check_mail(made, SITE, Evidence(), place) == ()
        assert "<b>tip</b>" not in made.html
        assert link["link"] in made.text


@pytest.mark.parametrize("by", ["Ada & <Bo>", ""])
def test_an_invitation_passes_its_rules(by: str) -> None:
    """From somebody by name, and from the command line."""
    link = "https://news.example.com/studio/link/sample"
    told = {"by": by, "role": "editor", "may": "may write", "link": link, "until": "Tuesday"}
    made = print_invitation(SITE, told).rendition
    assert check_mail(made, SITE, Evidence(), Place("templates/mail/invitation")) == ()
    assert "<Bo>" not in made.html
    assert link in made.text
    assert ("You are invited to work" in made.text) is (by == "")


def test_a_confirmation_with_a_way_to_unsubscribe_is_found() -> None:
    """Y01 sees an unsubscribe link where nobody is on the list yet."""
    made = print_mail(SITE, MailName.CONFIRM).rendition
    leaving = MergeTag("nlffff0x", "link.unsubscribe", "", Context.URL)
    spoilt = replace(
        made,
        html=made.html.replace("</body>", '<a href="nlffff0x">Leave</a></body>'),
        text=f"{made.text} nlffff0x",
        merge_tags=(*made.merge_tags, leaving),
    )
    found = check_mail(spoilt, SITE, Evidence(), place(MailName.CONFIRM))
    assert [each.rule for each in found if each.rule.startswith("Y")] == ["Y01"]


def test_a_link_missing_from_the_text_is_found() -> None:
    """Y02 names the part and the link."""
    made = print_mail(SITE, MailName.CONFIRM).rendition
    for tag in made.merge_tags:
        made = replace(made, text=made.text.replace(tag.token, "(see the HTML)"))
    found = check_mail(made, SITE, Evidence(), place(MailName.CONFIRM))
    assert "Y02" in {each.rule for each in found}
    assert any("text part has no link.confirm" in each.message for each in found)
