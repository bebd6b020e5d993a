"""Lists as people have them, through the command, in processes of their own."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.nasty import ANN, HEADER, MAILCHIMP, TABLE, Nasty, member, zipped
from tests.acceptance.newsroom import Newsroom
from tests.factories import make_site
from tests.processes import ROOT, Ended, newsletter

CONSENT = ("--consent", "The form in our shop, spring 2026: yes, send me letters.")


@dataclass(frozen=True)
class Desk:
    """Someone with a site, who brings lists in."""

    site: Path

    def run(self, *words: str) -> Ended:
        """A command of `subscribers`, to its end."""
        environ = {
            "PATH": "/usr/bin:/bin",
            "HOME": "/nonexistent",
            "PYTHONPATH": str(ROOT),
            "NEWSLETTER_SECRET_KEYS": "a-secret-of-this-test-and-of-no-other-one",
        }
        return newsletter(("subscribers", *words), self.site, environ).wait()

    def ask(self, *words: str, code: int = 0) -> Any:
        """The same with `--json`; returns the document."""
        return self.run(*words, "--json").require(code).json

    def bring(self, name: str, data: str | bytes, *words: str, code: int = 0) -> Any:
        """Import a file."""
        path = self.site / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        return self.ask("import", name, *words, code=code)

    def exported(self, *words: str) -> list[dict[str, str]]:
        """The rows of `export`."""
        self.run("export", "out.csv", *words).require(0)
        with (self.site / "out.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def mailable(self) -> set[str]:
        """The addresses that get letters."""
        return {row["email"] for row in self.exported("--status", "confirmed")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A site with an empty database."""
    return Desk(make_site(tmp_path / "site", {}).root)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_nasty_files(desk: Desk, case: Nasty) -> None:
    """Good rows are in, bad rows are kept with line and reason, and again changes nothing."""
    path = desk.site / case.file
    path.write_bytes(case.data)
    words = ("import", case.file, *CONSENT, *case.options, "--json")
    done = desk.run(*words).require(case.code)
    if case.refused:
        assert case.refused in done.err
        assert desk.exported() == []
        return
    bad = {each["line"]: each["reason"] for each in done.json["reasons"]}
    assert bad.keys() == (case.bad or {}).keys(), bad
    for line, part in (case.bad or {}).items():
        assert part in bad[line]
    wanted = case.readers or {}
    names = {
        r["email"]: r["first_name"].removeprefix("'")
        for r in desk.exported("--status", "confirmed")
    }
    assert names == wanted
    assert done.json["rejected"] == _rejected_rows(done.json)
    again = desk.run(*words).require(case.code).json
    assert (again["imported"], again["rejected_files"]) == (0, done.json["rejected_files"])
    assert path.read_bytes() == case.data


def _rejected_rows(said: Any) -> int:
    rows = 0
    csv.field_size_limit(2 << 20)
    for path in said["rejected_files"]:
        with Path(path).open(encoding="utf-8", errors="surrogateescape", newline="") as file:
            rows += len(list(csv.DictReader(file)))
    return rows


def test_a_dry_run_changes_nothing_and_foresees_all(desk: Desk) -> None:
    """`--dry-run` counts exactly what then happens, with the mapping, and writes nothing."""
    desk.bring("first.csv", f"{HEADER}known@example.com,K\nleft@example.com,L\n", *CONSENT)
    desk.run("unsubscribe", "left@example.com", "--by", "Ben").require(0)
    rows = "".join(f"{name}@example.com,X\n" for name in ("new", "known", "left", "new", "b@d"))
    before = desk.exported()
    seen = desk.bring("list.csv", HEADER + rows, "--dry-run", code=1)
    assert desk.exported() == before
    assert not (desk.site / "var" / "rejected").exists()
    assert seen["lists"][0]["mapping"] == {"email": "email", "first_name": "first_name"}
    done = desk.ask("import", "list.csv", code=1)
    counted = ("imported", "updated", "suppressed", "waiting", "rejected", "repeated")
    assert [seen[name] for name in counted] == [1, 1, 1, 1, 1, 1]
    assert {name: done[name] for name in counted} == {name: seen[name] for name in counted}


@pytest.mark.parametrize("order", [("a", "b", "c"), ("c", "b", "a")])
def test_a_mailchimp_zip(desk: Desk, order: tuple[str, ...]) -> None:
    """Its three lists become what they are, proof and all; a no in one beats a yes in another."""
    optin, confirm = "2020-01-02 03:04:05,203.0.113.5", "2020-01-02 03:05:05,203.0.113.6"
    unsub = MAILCHIMP.format(more="UNSUB_TIME,UNSUB_REASON,")
    files = {
        "a": (
            "subscribed_members_export_1.csv",
            MAILCHIMP.format(more="")
            + member("Ann@Example.com", optin=optin, confirm=confirm)
            + member("left@example.com", optin=optin, confirm=confirm)
            + member("gone@example.com", optin=optin, confirm=confirm)
            + member("owner@example.com", confirm="2020-01-01 00:00:00,")
            + member("not an address", optin=optin),
        ),
        "b": (
            "unsubscribed_members_export_1.csv",
            unsub + member("left@example.com", optin=optin, more="2021-05-06 07:08:09,NO_LONGER,"),
        ),
        "c": (
            "cleaned_members_export_1.csv",
            MAILCHIMP.format(more="CLEAN_TIME,")
            + member("gone@example.com", more="2021-05-06 07:08:09,"),
        ),
    }
    data = zipped(dict(files[name] for name in order))
    said = desk.bring("mailchimp.zip", data, code=1)
    counted = ("imported", "suppressed", "waiting", "rejected")
    assert [said[name] for name in counted] == [2, 2, 1, 1]
    rows = {row["email"]: row for row in desk.exported()}
    assert {email: row["status"] for email, row in rows.items()} == {
        "ann@example.com": "confirmed",
        "left@example.com": "unsubscribed",
        "owner@example.com": "pending",
    }
    ann = rows["ann@example.com"]
    assert (ann["zone"], ann["tags"]) == ("Europe/Berlin", '"new, york","vip"')
    asked, given = desk.ask("proof", "ann@example.com")
    assert (asked["ip"], given["ip"]) == ("203.0.113.5", "203.0.113.6")
    assert "asked 2020-01-02T03:04:05" in asked["note"]
    assert "given 2020-01-02T03:05:05" in given["note"]
    (left,) = desk.ask("proof", "left@example.com")
    assert "2021-05-06 07:08:09" in left["note"]
    assert "NO_LONGER" in left["note"]
    again = desk.ask("import", "mailchimp.zip", code=1)
    assert (again["imported"], len(desk.ask("proof", "ann@example.com"))) == (0, 2)


STEPS = {
    "yes": ("import", "--as", "subscribed", *CONSENT),
    "unsubscribed": ("import", "--as", "unsubscribed"),
    "cleaned": ("import", "--as", "cleaned"),
    "suppressed": ("import", "--as", "suppressed"),
    "erase": ("erase",),
    "unsubscribe": ("unsubscribe",),
}


@pytest.mark.long
def test_no_order_of_commands_turns_a_no_into_a_yes(desk: Desk) -> None:
    """Every order of yes and noes, list by list, ends unmailed; yeses alone are mailed."""
    orders = [order for size in (2, 3) for order in permutations(STEPS, size) if "yes" in order] + [
        ("yes",),
        ("yes", "yes"),
    ]
    reader = {order: f"r{at}@example.com" for at, order in enumerate(orders)}
    for step in range(3):
        for what, (command, *words) in STEPS.items():
            meant = [reader[o] for o in orders if len(o) > step and o[step] == what]
            if command == "import" and meant:
                rows = "email\n" + "".join(f"{each}\n" for each in meant)
                desk.bring("list.csv", rows, *words)
            elif meant:
                for each in meant:
                    extra = ("--yes",) if command == "erase" else ()
                    desk.run(command, each, "--by", "Ben", *extra).require(0)
    assert desk.mailable() == {reader[("yes",)], reader[("yes", "yes")]}


@pytest.mark.parametrize("rows", [("subscribed", "unsubscribed"), ("unsubscribed", "subscribed")])
def test_a_no_in_the_same_file_wins_in_whatever_order(desk: Desk, rows: tuple[str, ...]) -> None:
    """One address with a yes and a no in one list is not mailed, whichever stands first."""
    text = "email,status\n" + "".join(f"ann@example.com,{word}\n" for word in rows)
    said = desk.bring("list.csv", text, *CONSENT)
    assert (said["imported"], said["suppressed"], desk.mailable()) == (0, 1, set())


@pytest.mark.parametrize(
    ("name", "header", "cells"),
    [
        ("unsubscribed_members_export_7.csv", "Email Address", ""),
        ("list.csv", "Email Address,UNSUB_TIME", ",2021-01-01 00:00:00"),
        ("list.csv", "EMAIL;EMAIL_BLACKLISTED", ";1"),
        ("list.csv", "Subscriber,Status", ",Junk"),
        ("list.csv", "email,email_disabled", ",true"),
        ("list.csv", "email,Email Marketing", ",unsubscribed"),
    ],
)
def test_a_no_is_seen_without_being_told(desk: Desk, name: str, header: str, cells: str) -> None:
    """Names of files and columns of common exports say no by themselves, also against `--as`."""
    said = desk.bring(name, f"{header}\nann@example.com{cells}\n", "--as", "subscribed", *CONSENT)
    assert (said["imported"], said["suppressed"], desk.mailable()) == (0, 1, set())


def test_mended_rows_of_a_list_of_noes_are_noes(desk: Desk) -> None:
    """A file of bad rows says by its name what it is: mended and brought in, it makes no yes."""
    said = desk.bring("list.csv", "email,consent\nann@example,yes\n", "--as", "cleaned", code=1)
    path = Path(said["rejected_file"])
    path.write_text(path.read_text("utf-8").replace("ann@example,", "ann@example.com,"), "utf-8")
    assert desk.ask("import", str(path), *CONSENT)["suppressed"] == 1
    assert desk.mailable() == set()


def test_rejected_files_are_kept_and_forget_the_erased(desk: Desk) -> None:
    """Another list's bad rows never overwrite one's; erasing an address takes it out of both."""
    bad = "email,first_name,timezone\nann@example.com,Ann,,,x\n"
    first = desk.bring("list.csv", bad, code=1)["rejected_file"]
    second = desk.bring("list.csv", bad + "Ann@Example.com,Ann,,,y\nbob@x,B\n", code=1)
    assert first != second["rejected_file"]
    desk.run("erase", "ANN@example.com", "--by", "Ben", "--yes").require(0)
    kept = "".join(p.read_text("utf-8") for p in (desk.site / "var/rejected").glob("*.csv"))
    assert "ann@example.com" not in kept.lower()
    assert "bob@x" in kept


def test_export_is_safe_whole_and_comes_back(desk: Desk) -> None:
    """What a spreadsheet would run is neutralised; the file, brought in elsewhere, is the same."""
    rows = 'ann@example.com,"=1+1","a, b;c"\nbob@example.com,@x,\n+c@example.com,-1,\n'
    desk.bring("list.csv", f"email,first_name,tags\n{rows}", *CONSENT)
    before = desk.exported()
    assert {row["first_name"] for row in before} == {"'=1+1", "'@x", "'-1"}
    assert "'+c@example.com" in {row["email"] for row in before}
    assert (desk.site / "out.csv").stat().st_mode & 0o077 == 0
    assert desk.ask("import", "out.csv")["updated"] == 3
    assert desk.exported() == before
    desk.run("export", "nowhere/out.csv").require(2)


def test_a_person_looks_after_one_reader(desk: Desk) -> None:
    """Each command about one reader says what it did, and asks where it must."""
    desk.run("add", "ann@example.com", "--first-name", "Ann", "--tags", "vip", *CONSENT).require(0)
    assert desk.ask("show", "Ann@example.com")["status"] == "confirmed"
    assert [row["email"] for row in desk.ask("search", "VIP")] == ["ann@example.com"]
    assert desk.ask("search", "100%") == []
    desk.bring("bounced.csv", "email\nann@example.com\n", "--as", "cleaned")
    assert desk.ask("stats")["mailable"]["all"] == 0
    desk.run("lift", "ann@example.com", "--by", "Ben", "--reason", "typo").require(0)
    assert desk.mailable() == {"ann@example.com"}
    assert "Add --yes" in desk.run("erase", "ann@example.com").require(2).err
    desk.run("erase", "ann@example.com", "--by", "Ben", "--yes").require(0)
    lines = desk.ask("proof", "ann@example.com")
    assert (lines[-1]["what"], lines[-1]["note"], lines[-1]["address"]) == ("erased", "Ben", "")
    assert "Nobody" in desk.run("show", "ann@example.com").require(2).err
    assert "erased" in desk.run("add", "ann@example.com", *CONSENT).require(2).err


def test_who_waits_is_asked_once_by_a_person(newsroom: Newsroom) -> None:
    """Rows without proof wait unmailed until a paced run asks each of them, once."""
    (newsroom.site / "list.csv").write_text("email\na@r.example\nb@r.example\n", "utf-8")
    said = newsroom.ask("subscribers", "import", "list.csv")
    assert (said["imported"], said["waiting"], newsroom.mailed()) == (2, 2, {})
    run = ("subscribers", "confirm-waiting", "--per-hour", "36000")
    assert "Add --yes" in newsroom.run(*run, code=2)
    done = newsroom.ask(*run, "--yes")
    assert (done["asked"], done["left"]) == (2, 0)
    assert newsroom.mailed() == {"a@r.example": 1, "b@r.example": 1}
    assert newsroom.ask(*run, "--yes")["asked"] == 0
    assert newsroom.ask("subscribers", "stats")["mailable"]["all"] == 0


def test_reasons_are_bounded_and_rows_are_not(desk: Desk) -> None:
    """However many rows are bad, all are in the file, and the document stays small."""
    said = desk.bring("list.csv", HEADER + "nobody,N\n" * 5_000, code=1)
    assert (said["rejected"], len(said["reasons"]), _rejected_rows(said)) == (5_000, 100, 5_000)
    assert ANN.keys().isdisjoint(json.dumps(said))
