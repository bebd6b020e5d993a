"""A reader comes: the form, the one answer, the mail's button."""

from __future__ import annotations

import httpx
import pytest
from sqlalchemy import select

from newsletter.model.consent import MailName
from newsletter.store.tables import consent, wording
from newsletter.subscribing.keeping import bounce, complain
from newsletter.web.public.embed import embed_form
from tests.peers_ledger import SettableClock
from tests.unit.web.public.asking import confirm_token, dump, queued, row_of, sign_up, stamp_of
from tests.unit.web.public.stage import Stage


def test_the_form_asks_what_the_settings_say(browser: httpx.Client) -> None:
    """Three interests with a line each, the attribute that asks to be asked, plain words."""
    page = browser.get("/").text
    for told in ("Resources", "Guides worth keeping", "Tips", "News", "Your clinic", "Hamburg"):
        assert told in page
    assert "I ask Lumen Skin Clinic to send me its newsletter by e-mail." in page


def test_a_filled_in_form_waits_for_its_owner(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """What was typed applies once the mail's button is pressed, and not before."""
    answer = sign_up(
        browser, clock, "Ann@Example.com", first_name="Ann", interests="tips", clinic="berlin"
    )
    assert (answer.status_code, "Now check your mail" in answer.text) == (200, True)
    assert row_of(stage, "ann@example.com").status == "pending"
    token = confirm_token(stage)
    assert "Yes, get updated" in browser.get(f"/confirm/{token}").text
    assert row_of(stage, "ann@example.com").status == "pending"
    assert "Welcome. You are on the list" in browser.post(f"/confirm/{token}").text
    row = row_of(stage, "ann@example.com")
    assert (row.status, row.first_name, row.attributes) == (
        "confirmed",
        "Ann",
        {"clinic": "berlin"},
    )
    assert queued(stage, MailName.WELCOME) == 1
    assert "on the list already" in browser.post(f"/confirm/{token}").text
    assert queued(stage, MailName.WELCOME) == 1


def test_nothing_ticked_means_everything(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """Who leaves the boxes alone never chose, and wants all."""
    sign_up(browser, clock, "ann@example.com")
    browser.post(f"/confirm/{confirm_token(stage)}")
    assert row_of(stage, "ann@example.com").interests is None


def test_nobody_learns_who_is_on_the_list(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """New, pending, confirmed, bounced and complaining addresses get the same bytes."""
    stage.reader("confirmed@example.com")
    stage.reader("bounced@example.com")
    bounce(stage.reception, "bounced@example.com")
    complain(stage.reception, "complained@example.com")
    sign_up(browser, clock, "pending@example.com")
    names = ("new", "pending", "confirmed", "bounced", "complained")
    answers = [sign_up(browser, clock, f"{name}@example.com") for name in names]
    assert {(a.status_code, a.content) for a in answers} == {(200, answers[0].content)}
    assert queued(stage, MailName.PREFERENCES_LINK) == 1


def test_the_proof_holds_the_words_that_were_shown(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """Form, version, the exact words, address of the network and browser are written down."""
    page = browser.get("/").text
    browser.headers["user-agent"] = "Test/1"
    sign_up(browser, clock, "ann@example.com")
    with stage.store.read() as connection:
        row = connection.execute(
            select(consent, wording.c.words).join(wording, wording.c.sha256 == consent.c.wording)
        ).one()
    assert (row.form, row.user_agent, len(row.form_version)) == ("sign-up", "Test/1", 12)
    assert row.words in page


@pytest.mark.parametrize("stamp", ["", "made up", "sign-up.AAAA.BBBB"])
def test_an_unsigned_post_is_asked_again_and_sends_nothing(
    stage: Stage, browser: httpx.Client, clock: SettableClock, stamp: str
) -> None:
    """It gets a signed page with one button that carries what was typed."""
    before = dump(stage)
    typed = {"email": "ann@example.com", "interests": ["tips", "news"], "stamp": stamp}
    answer = browser.post("/subscribe", data=typed)
    assert "Nothing was sent yet" in answer.text
    assert dump(stage) == before
    assert answer.text.count('name="interests"') == 2
    clock.wait(3)
    again = {**typed, "form": "embed", "stamp": stamp_of(answer.text)}
    assert "Now check your mail" in browser.post("/subscribe", data=again).text
    assert queued(stage, MailName.CONFIRM) == 1


def test_the_form_for_other_sites_posts_what_ours_takes(
    browser: httpx.Client, stage: Stage
) -> None:
    """It is plain HTML that names us, and its post leads to the page with one button."""
    html = embed_form(stage.app.site)
    assert 'action="http://127.0.0.1:8700/subscribe"' in html
    assert "<script" not in html
    answer = browser.post("/subscribe", data={"email": "a@example.com", "form": "embed"})
    assert "One more step" in answer.text


def test_a_program_that_is_too_quick_or_fills_in_everything(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """Under two seconds the button is asked for again; the trap looks like success."""
    stamp = stamp_of(browser.get("/").text)
    clock.wait(1)
    quick = browser.post("/subscribe", data={"stamp": stamp, "email": "a@example.com"})
    assert "One more step" in quick.text
    trapped = sign_up(browser, clock, "a@example.com", website="https://spam.example")
    assert "Now check your mail" in trapped.text
    assert queued(stage) == 0


def test_a_mistake_keeps_what_was_typed(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """The page says what is wrong at the field, and nothing has to be typed twice."""
    answer = sign_up(browser, clock, "ann@@example", first_name='"><b>Ann', interests="tips")
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "&#34;&gt;&lt;b&gt;Ann" in answer.text
    assert 'value="tips" checked' in answer.text
    assert "<b>Ann" not in answer.text


def test_an_interest_nobody_offers_is_refused(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """A made-up choice is told, with the nearest one."""
    answer = sign_up(browser, clock, "ann@example.com", interests="tipps")
    assert answer.status_code == 400
    assert "Did you mean &#34;tips&#34;?" in answer.text


def test_too_many_from_one_place_are_told_to_wait(
    browser: httpx.Client, clock: SettableClock
) -> None:
    """The eleventh within a minute gets 429 and the seconds to wait."""
    answers = [sign_up(browser, clock, f"a{n}@example.com") for n in range(11)]
    assert [a.status_code for a in answers] == [200] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_an_expired_link_offers_a_new_mail(
    stage: Stage, browser: httpx.Client, clock: SettableClock
) -> None:
    """After seven days the button asks for another, with what was typed then."""
    sign_up(browser, clock, "ann@example.com", first_name="Ann")
    old = confirm_token(stage)
    clock.wait(8 * 86_400)
    assert browser.post(f"/confirm/{old}").status_code == 410
    assert "Send me a new mail" in browser.get(f"/confirm/{old}").text
    assert "Now check your mail" in browser.post(f"/confirm/{old}", data={"again": "1"}).text
    assert confirm_token(stage) != old
    browser.post(f"/confirm/{confirm_token(stage)}")
    assert row_of(stage, "ann@example.com").first_name == "Ann"


def test_a_link_that_is_none_of_ours(browser: httpx.Client) -> None:
    """It is not found, by whatever method."""
    for token in ("x", "A" * 44, "é"):
        assert browser.get(f"/confirm/{token}").status_code == 404
        assert browser.post(f"/confirm/{token}").status_code == 404
        assert browser.post(f"/confirm/{token}", data={"again": "1"}).status_code == 404
