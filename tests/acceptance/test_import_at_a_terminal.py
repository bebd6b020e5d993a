"""A list at a terminal: what it would come to is said first, and nothing is done before a yes."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.bootstrap import load_app
from newsletter.store.roster import entries
from tests.factories import make_site
from tests.processes import PATIENCE, ROOT

QUESTION = "Bring them in? [y/N]"
ASKED = QUESTION.encode()
INTERRUPT, END_OF_INPUT = "\x03", "\x04"  # what Ctrl-C and Ctrl-D type
LIST = "email,first_name\nann@example.com,Ann\nbob@example,Bob\ncy@example.com,Cy\n"
# Whoever leads a session and opens a terminal has it as their own, so that Ctrl-C reaches them.
AT_TERMINAL = 'exec "$@" <"$TERMINAL" >"$TERMINAL" 2>"$TERMINAL"'


def _heed_interrupts() -> None:
    """Whoever started the tests in the background let all their children ignore Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@dataclass(frozen=True)
class Seat:
    """Somebody at a terminal, in a site with a list to bring in."""

    site: Path

    @property
    def environ(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "PYTHONPATH": str(ROOT),
            "TERM": "dumb",
            "NEWSLETTER_SECRET_KEYS": "a-secret-of-this-test-and-of-no-other-one",
        }

    def bring(self, answer: str) -> tuple[int, str]:
        """Import the list, and answer the question once it is asked; exit code and screen."""
        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "newsletter", "subscribers", "import", "list.csv"]
        process = subprocess.Popen(
            ["/bin/sh", "-c", AT_TERMINAL, "sh", *command],
            cwd=self.site,
            env=self.environ | {"TERMINAL": os.ttyname(theirs)},
            start_new_session=True,
            preexec_fn=_heed_interrupts,
        )
        try:
            screen = self._talk(ours, theirs, answer)
            return process.wait(PATIENCE), screen
        finally:
            os.close(ours)
            if process.poll() is None:
                process.kill()
                process.wait()

    def _talk(self, ours: int, theirs: int, answer: str) -> str:
        screen, waits, again = bytearray(), True, ""
        try:
            while part := self._read(ours, again):
                screen += part
                if theirs >= 0:  # the program has it open by now
                    os.close(theirs)
                    theirs = -1
                if waits and ASKED in screen:
                    waits = False
                    os.write(ours, answer.encode())
                # The question may come in pieces; only what comes after it is an answer.
                silent = bytes(screen).replace(b"^C", b"").rstrip(b": ").endswith(ASKED)
                again = answer if silent and not waits else ""
        except OSError:  # Linux: the other end is closed
            pass
        return screen.decode("utf-8", "replace")

    def _read(self, ours: int, again: str) -> bytes:
        """What comes next. Whoever presses Ctrl-C and sees nothing happen presses it again.

        A signal between Python's question and its reading is noticed after the next key only.
        What the terminal echoes of a key is no answer of the program's.
        """
        for _ in range(int(PATIENCE)):
            while select.select([ours], [], [], 1.0)[0]:
                part = os.read(ours, 4_096)
                if part != b"^C":
                    return part
            if again == INTERRUPT:
                os.write(ours, again.encode())
        raise AssertionError("It says nothing any more.")

    def readers(self) -> list[str]:
        """The addresses that are in."""
        store = load_app(self.site, self.environ).open_store()
        try:
            return sorted(entry.email for entry in entries(store, None))
        finally:
            store.close()


@pytest.fixture
def seat(tmp_path: Path) -> Seat:
    site = make_site(tmp_path / "site", {}).root
    (site / "list.csv").write_text(LIST, "utf-8")
    return Seat(site)


def test_a_yes_brings_them_in(seat: Seat) -> None:
    """What would happen is said, then what did; a bad row makes it exit 1 and has its file."""
    code, screen = seat.bring("y\n")
    foreseen, question, done = screen.partition(QUESTION)
    assert question
    assert "2 would be imported" in foreseen
    assert "list.csv:3:" in foreseen
    assert "2 imported" in done
    assert "Bad rows are in" in done
    assert code == 1
    assert seat.readers() == ["ann@example.com", "cy@example.com"]


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        ("perhaps\n\n", 1, "Nothing was changed"),
        (INTERRUPT, 130, "Nothing was changed"),
        (END_OF_INPUT, 1, "Nothing was changed"),
    ],
    ids=["neither, then enter", "Ctrl-C", "Ctrl-D"],
)
def test_anything_else_brings_nobody_in(seat: Seat, answer: str, code: int, told: str) -> None:
    """No, nothing, Ctrl-C or the end of input: not one reader, no file, and no traceback."""
    ended, screen = seat.bring(answer)
    assert ended == code, screen
    assert told in screen
    assert "Traceback" not in screen
    assert seat.readers() == []
    assert not (seat.site / "var" / "rejected").exists()
