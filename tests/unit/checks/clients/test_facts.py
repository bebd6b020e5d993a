"""The distilled table: what is kept of caniemail's, and how it is read."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import orjson
import pytest

from newsletter.checks.clients import Verdict, client_name, facts, mix
from newsletter.checks.clients.distil import distil, main
from newsletter.checks.clients.shares import DEFAULT, family_shares

TABLE = {
    "last_update_date": "2025-09-09 18:08:06 +0000",
    "data": [
        {
            "slug": "css-float",
            "last_test_date": "2024-05-1",
            "stats": {
                "gmail": {"ios": {"2019-08": "n", "2020-01": "a #1 #2"}},
                "apple-mail": {"macos": {"16.80": "n", "12.4": "y"}},
            },
        },
        {"slug": "html-b", "last_test_date": "2019-01-02", "stats": {"gmail": {"web": {"1": "u"}}}},
    ],
}


def test_the_last_version_in_the_file_is_the_latest() -> None:
    """`16.80` stands before `12.4` there: sorting would take the wrong one."""
    made = distil(TABLE)
    assert made["clients"] == ["apple-mail.macos", "gmail.ios", "gmail.web"]
    assert made["features"]["css-float"] == ["2024-05-01", "ya-"]


def test_notes_are_dropped_and_what_was_not_tested_is_marked() -> None:
    """A letter a client, nothing else."""
    assert distil(TABLE)["features"]["html-b"] == ["2019-01-02", "--u"]


def test_a_verdict_of_a_new_kind_is_refused() -> None:
    """Better no table than one that was misread."""
    stats = {"gmail": {"ios": {"1": "maybe"}}}
    row = {"slug": "x", "last_test_date": "2020-01-01", "stats": stats}
    with pytest.raises(ValueError, match="no verdict"):
        distil({"last_update_date": "2020-01-01", "data": [row]})


def test_the_script_needs_the_path_of_the_table(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """It says how it is used, and writes nothing without a table."""
    assert main([]) == 2
    assert "caniemail.json" in capsys.readouterr().err


def test_the_table_that_came_along_is_whole() -> None:
    """Every feature has a day and a letter for each client; the licence stands beside it."""
    known = facts()
    assert len(known.features) > 250
    assert {len(letters) for _, letters in known.features.values()} == {len(known.clients)}
    assert all(date(2015, 1, 1) < day <= known.updated for day, _ in known.features.values())
    package = files("newsletter.checks.clients")
    assert "Rémi Parmentier" in package.joinpath("LICENSE-caniemail").read_text("utf-8")
    raw = orjson.loads(package.joinpath("facts.json").read_bytes())
    assert set(raw) == {"source", "updated", "clients", "features"}


def test_nobody_tested_is_unknown_and_not_a_no() -> None:
    """Neither for a client the table does not have."""
    known = facts()
    assert known.verdict("css-border-radius", "outlook.windows") is Verdict.NO
    assert known.verdict("css-border-radius", "pine.unix") is Verdict.UNKNOWN


def test_the_default_mix_names_clients_of_the_table() -> None:
    """And is a whole, as far as it was published."""
    assert set(DEFAULT) <= set(facts().clients)
    assert 0.9 < sum(DEFAULT.values()) <= 1
    assert client_name("outlook.windows") == "Outlook (Windows)"


def test_the_lists_own_mix_beats_the_default() -> None:
    """An empty one says nothing."""
    assert mix({"hey.desktop-webmail": 1.0}) == {"hey.desktop-webmail": 1.0}
    assert mix(None) == mix({}) == DEFAULT


def test_the_apps_of_a_family_count_together() -> None:
    """1.5 % in each of two apps are 3 % of the readers."""
    shares = family_shares({"yahoo.ios": 0.015, "yahoo.android": 0.015, "gmail.ios": 0.5})
    assert shares["yahoo"] == pytest.approx(0.03)
