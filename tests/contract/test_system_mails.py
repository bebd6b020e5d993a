"""A mail of the program itself, as each transport writes it."""

from __future__ import annotations

from newsletter.transports.sendgrid_body import body
from newsletter.transports.smtp_message import Prepared
from tests.peers.batches import NOW, make_batch, make_letter


def test_sendgrid_marks_it_as_a_mail_and_follows_nothing() -> None:
    """It names its mail, no delivery; no list header; no click or open is followed."""
    made = body(make_batch(1, make_letter(is_system=True)))
    assert made["personalizations"][0]["custom_args"] == {"nl_mail": "lumen.1"}
    assert "headers" not in made
    tracking = made["tracking_settings"]
    assert not tracking["click_tracking"]["enable"]
    assert not tracking["open_tracking"]["enable"]


def test_smtp_marks_it_as_a_mail() -> None:
    """It names its mail, no delivery, and belongs to no list."""
    batch = make_batch(1, make_letter(is_system=True))
    message = Prepared(batch.letter).message(batch.recipients[0], batch.attempt, NOW).decode()
    assert "X-NL-Mail: lumen.1" in message
    for foreign in ("X-NL-Delivery", "X-NL-Attempt", "List-Id"):
        assert foreign not in message
