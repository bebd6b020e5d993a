"""Bytes first, findings afterwards, and never those of an older save."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from newsletter.bootstrap import load_app
from newsletter.publishing import Composition, Galley
from newsletter.web.preview import Desk, workshop_of
from newsletter.web.preview.turns import Turns
from tests.factories import write_site

PATIENCE = 20


def rewrite(root: Path, words: str) -> None:
    """Save the issue with other words."""
    file = root / "issues/first.md"
    head, _, _ = file.read_text().rpartition("---\n")
    file.write_text(f"{head}---\n{words}\n")


def test_a_mail_does_not_wait_for_the_checks(tmp_path: Path) -> None:
    """While an issue is being checked, its bytes can be had."""
    root = write_site(tmp_path)
    workshop = workshop_of(load_app(root, {}, root))
    begun, let = threading.Event(), threading.Event()

    def examine(galley: Galley, between: Callable[[], None]) -> Composition:
        begun.set()
        assert let.wait(PATIENCE)
        return workshop.examine(galley, between)

    desk = Desk(replace(workshop, examine=examine))
    checking = threading.Thread(target=desk.composition, args=("first",))
    checking.start()
    assert begun.wait(PATIENCE)
    assert desk.rendition("first").html
    let.set()
    checking.join(PATIENCE)
    assert desk.composition("first").renditions.renditions[0] is desk.rendition("first")


def test_a_save_stops_the_checks_of_what_was_there_before(tmp_path: Path) -> None:
    """Whoever waits for findings gets those of the newest save."""
    root = write_site(tmp_path)
    workshop = workshop_of(load_app(root, {}, root))
    examined: list[str] = []

    def examine(galley: Galley, between: Callable[[], None]) -> Composition:
        examined.append(galley.issue.body.plain())
        if len(examined) == 1:
            rewrite(root, "Written meanwhile.")
            desk.rendition("first")
        return workshop.examine(galley, between)

    desk = Desk(replace(workshop, examine=examine))
    assert "Written meanwhile." in desk.composition("first").renditions.renditions[0].text
    assert examined[-1] == "Written meanwhile."
    assert len(examined) == 2


def test_what_can_wait_waits_for_what_can_not() -> None:
    """Giving way ends when nothing urgent is left."""
    turns, passed = Turns(), threading.Event()

    def wait() -> None:
        turns.give_way()
        passed.set()

    with turns.first():
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not passed.wait(0.05)
    assert passed.wait(PATIENCE)
    waiting.join(PATIENCE)
