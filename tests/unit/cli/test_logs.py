"""What a line of the log holds, and what is taken out of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import structlog

from newsletter.cli.logs import log_quietly, log_steadily
from newsletter.config import Settings, load_settings
from tests.factories import write_site

KEY = "a-secret-of-this-test-and-of-no-other-one"
ROW = "Failing row contains (7, Lovelace, Ada)."
WORDS = f"ada@reader.example was refused\nDETAIL:  {ROW}\nkey {KEY}, hush-hush \x1b[31m"


@pytest.fixture
def own_handlers() -> Iterator[None]:
    """What the log adds to others' logging is taken away again."""
    root = logging.getLogger()
    before = list(root.handlers)
    yield
    root.handlers[:] = before


def settings_of(site: Path, **environ: str) -> Settings:
    url = "postgresql://letters:hush-hush@127.0.0.1/letters"
    return load_settings(
        write_site(site), {"NEWSLETTER_SECRET_KEYS": KEY, "DATABASE_URL": url, **environ}
    )


def fail() -> None:
    raise ValueError(WORDS)


@pytest.mark.usefixtures("own_handlers")
@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_whoever_speaks_names_no_reader_and_no_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], form: str
) -> None:
    """We, with a traceback, and a library: a line each, addresses, rows and keys taken out."""
    log_steadily(settings_of(tmp_path, NEWSLETTER_LOG__FORMAT=form))
    log_steadily(settings_of(tmp_path, NEWSLETTER_LOG__FORMAT=form))  # twice is as once
    try:
        fail()
    except ValueError:
        structlog.get_logger().exception(
            "it failed", problem=WORDS, url="/x?to=ada%40reader.example"
        )
        logging.getLogger("some.library").warning("told of %s", WORDS, exc_info=True)
    logging.getLogger("some.library").info("nothing of note")
    ours, theirs = capsys.readouterr().err.splitlines()
    for line in (ours, theirs):
        assert "was refused" in line
        assert "in fail" in line
        for hidden in ("reader.example", "Lovelace", KEY, "hush-hush", "\x1b"):
            assert hidden not in line
    assert "some.library" in theirs
    if form == "json":
        assert json.loads(theirs)["level"] == "warning"
        assert json.loads(ours)["exception"].startswith("Traceback")


@pytest.mark.usefixtures("own_handlers")
def test_the_level_is_where_it_begins(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of a process that stays, as set; of a command, at warnings."""
    begins: list[tuple[Callable[[], None], list[str]]] = [
        (partial(log_steadily, settings_of(tmp_path)), ["info", "warning"]),
        (
            partial(log_steadily, settings_of(tmp_path, NEWSLETTER_LOG__LEVEL="debug")),
            ["debug", "info", "warning"],
        ),
        (log_quietly, ["warning"]),
    ]
    for begin, expected in begins:
        begin()
        log = structlog.get_logger()
        log.debug("a")
        log.info("b", late=True)
        log.warning("c")
        told = capsys.readouterr().err.splitlines()
        assert [line.split("level=")[1].split()[0] for line in told] == expected
        assert not [line for line in told if "event=b" in line and "late=true" not in line]
