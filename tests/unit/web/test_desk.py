"""Bytes first, findings afterwards, and never those of an older save."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from newsletter.bootstrap import load_app
from newsletter.publishing import Composition, Galley
from newsletter.web.preview import Desk, workshop_of
from newsletter.web.preview.turns import AFTERWARDS_SECONDS, MOST_SECONDS, Turns
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


def test_what_follows_something_urgent_has_its_time_too() -> None:
    """Between a save and the frame that shows it nothing begins that can wait."""
    turns = Turns()
    with turns.first():
        pass
    ended = time.monotonic()
    turns.give_way()
    assert time.monotonic() - ended >= AFTERWARDS_SECONDS / 2


def test_who_asks_for_everything_is_not_urgent_meanwhile() -> None:
    """Otherwise checks that a request asks for would wait for that very request."""
    turns, passed = Turns(), threading.Event()

    def wait() -> None:
        turns.give_way()
        passed.set()

    with turns.first(), turns.first():
        with turns.behind():
            wait()
            assert passed.is_set()
            passed.clear()
        waiting = threading.Thread(target=wait)
        waiting.start()
        assert not passed.wait(0.05)
    assert passed.wait(MOST_SECONDS / 2)
    waiting.join(PATIENCE)


def test_a_save_amid_the_checks_is_shown_before_they_end(tmp_path: Path) -> None:
    """Checks of the save before give way at their next step, and begin anew behind the bytes."""
    root = write_site(tmp_path)
    workshop = workshop_of(load_app(root, {}, root))
    amid, saved = threading.Event(), threading.Event()
    told: list[str] = []

    def examine(galley: Galley, between: Callable[[], None]) -> Composition:
        def step() -> None:
            amid.set()
            assert saved.wait(PATIENCE)
            between()

        made = workshop.examine(galley, step)
        told.append("checked")
        return made

    desk = Desk(replace(workshop, examine=examine))
    checking = threading.Thread(target=desk.composition, args=("first",))
    checking.start()
    assert amid.wait(PATIENCE)
    with desk.first():
        rewrite(root, "Written amid the checks.")
        saved.set()
        assert "Written amid the checks." in desk.rendition("first").text
        told.append("shown")
    checking.join(PATIENCE)
    assert told == ["shown", "checked"]
    assert "amid the checks" in desk.composition("first").renditions.renditions[0].text


def test_sections_are_weighed_once_for_each_state(tmp_path: Path) -> None:
    """The same files give the same weight; a save during the weighing gives that of the newest."""
    root = write_site(tmp_path)
    workshop = workshop_of(load_app(root, {}, root))
    saves = ["A longer opening than the one before, by far."]

    def examine(galley: Galley, between: Callable[[], None]) -> Composition:
        made = workshop.examine(galley, between)
        if saves:
            rewrite(root, saves.pop())
            desk.site()
        return made

    desk = Desk(replace(workshop, examine=examine))
    weight = desk.weight("first")
    assert weight is desk.weight("first")
    assert weight.html == len(desk.rendition("first").html.encode())
