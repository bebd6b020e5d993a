"""Lists brought in by the browser: sent, mapped, tried, brought in, stopped, forgotten."""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from newsletter.lists import forget_left
from newsletter.model.person import Role
from newsletter.store.tables import audit, subscriber
from newsletter.subscribing.importing import Import
from newsletter.subscribing.list_choices import Choices
from newsletter.subscribing.list_files import plan_lists
from newsletter.subscribing.list_rules import list_rules
from newsletter.subscribing.taking_over import bring_handed
from newsletter.web.studio.import_elsewhere import Elsewhere
from newsletter.web.studio.import_runs import ImportRuns, Run, Stage
from newsletter.web.studio.uploads import Uploads
from newsletter.web.studio.visit import Upload
from tests.studio import Client, Studio

LIST = """\
Mail me at;Vorname;Where;Notes
ann@example.com;Ann;berlin;x
no address;=cmd();berlin;y
bob@example.com;Bob;paris;z
eve@example.com;Eve;;w
"""
MAPPED = {
    "column-0-0": "email",
    "column-0-1": "first_name",
    "column-0-2": "clinic",
    "column-0-3": "",
    "consent": "Signed at the desk.",
}


@pytest.fixture
def admin(studio: Studio) -> Client:
    """An admin's browser."""
    return studio.client(Role.ADMIN)


def send(admin: Client, text: str = LIST, name: str = "people.csv") -> str:
    """Send a list; returns the path of its page."""
    answer = admin.post("/studio/readers/import", files={"list": (name, text.encode())})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def until(admin: Client, path: str, stage: str) -> str:
    """The page of a run once it stands there."""
    stop = threading.Event()
    for _ in range(400):
        if admin.get(f"{path}/progress", part=True).json()["stage"] == stage:
            return admin.get(f"{path}/run").text
        stop.wait(0.02)
    raise AssertionError(admin.get(f"{path}/run").text)


def emails(studio: Studio) -> list[str]:
    """Everybody there is."""
    with studio.store.read() as connection:
        return list(connection.scalars(select(subscriber.c.email).order_by(subscriber.c.email)))


def count(studio: Studio) -> int:
    """How many there are."""
    with studio.store.read() as connection:
        return int(connection.execute(select(func.count()).select_from(subscriber)).scalar_one())


def test_a_list_is_mapped_tried_and_brought_in(studio: Studio, admin: Client) -> None:
    """Trying writes nothing and says why rows are rejected; then the good ones come in."""
    path = send(admin)
    columns = admin.get(path).text
    assert "ann@example.com" in columns
    assert re.search(r'name="column-0-1".*?value="first_name" selected', columns, re.DOTALL)
    assert admin.post(path, MAPPED).status_code == 303
    tried = until(admin, path, "tried")
    assert "Bring in 2 readers" in tried
    assert 'class="row-place">3</th>' in tried
    assert "not a choice of clinic" in tried
    assert emails(studio) == []
    assert admin.post(f"{path}/run").status_code == 303
    until(admin, path, "done")
    assert emails(studio) == ["ann@example.com", "eve@example.com"]
    with studio.store.read() as connection:
        actions = list(connection.scalars(select(audit.c.action).order_by(audit.c.id)))
    assert actions[-2:] == ["began an import", "imported readers"]
    assert admin.get(path).status_code == 404  # the upload is gone
    assert list((studio.root / "var" / "uploads").rglob("*.csv")) == []


def test_rejected_rows_are_downloaded_safely(studio: Studio, admin: Client) -> None:
    """Each row with its reason, and no cell that a spreadsheet would run."""
    path = send(admin)
    admin.post(path, MAPPED)
    until(admin, path, "tried")
    answer = admin.get(f"{path}/rejected/0")
    rows = list(csv.DictReader(answer.text.splitlines()))
    assert "attachment" in answer.headers["content-disposition"]
    assert [row["line"] for row in rows] == ["3", "4"]
    assert rows[0]["Vorname"] == "'=cmd()"
    assert admin.get(f"{path}/rejected/1").status_code == 404


def test_a_column_must_hold_the_address(admin: Client) -> None:
    """What makes no sense is said beside what was chosen, and nothing begins."""
    path = send(admin)
    missing = admin.post(path, {**MAPPED, "column-0-0": ""})
    assert missing.status_code == 400
    assert "which column holds the address" in missing.text
    assert "Signed at the desk." in missing.text
    twice = admin.post(path, {**MAPPED, "column-0-3": "email"})
    assert "more than one column" in twice.text


def test_a_list_without_names_of_columns(studio: Studio, admin: Client) -> None:
    """A file that begins with a reader loses none."""
    path = send(admin, "ann@example.com,Ann\nbob@example.com,Bob\n")
    page = admin.get(path).text
    assert "Column 1" in page
    admin.post(path, {"column-0-0": "email", "column-0-1": "first_name", "consent": "Yes."})
    assert "Bring in 2 readers" in until(admin, path, "tried")


def test_without_proof_new_readers_wait(admin: Client) -> None:
    """The page says so before anything is brought in."""
    path = send(admin)
    admin.post(path, {**MAPPED, "consent": ""})
    assert "2 of the new ones would come" in until(admin, path, "tried")


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.csv", b"", "Choose a file"),
        ("x.csv", b"\n\n", "is empty"),
        ("../../x.zip", b"PK\x03\x04 broken", "damaged"),
    ],
)
def test_what_is_no_list_is_refused(
    studio: Studio, admin: Client, name: str, data: bytes, words: str
) -> None:
    """Said in words, and nothing of it is kept."""
    answer = admin.post("/studio/readers/import", files={"list": (name, data)})
    assert answer.status_code == 400
    assert words in answer.text
    assert [each for each in (studio.root / "var").rglob("x.*") if each.is_file()] == []


def test_bringing_in_needs_a_try(admin: Client) -> None:
    """By hand-made request too: nobody imports what nobody looked at."""
    path = send(admin)
    assert admin.post(f"{path}/run").status_code == 404


def runs_of(studio: Studio, closing: threading.Event | None = None) -> ImportRuns:
    """A desk for imports."""
    reception = studio.app.reception(studio.store)
    return ImportRuns(lambda: reception, closing or threading.Event())


def lists_of(studio: Studio, file: Path) -> Import:
    """What brings a file in."""
    rules = list_rules(studio.app.site, studio.app.clock.now())
    return Import(plan_lists(file, rules), rules, "Yes.")


def test_one_list_at_a_time_and_a_stop_leaves_what_is_in(studio: Studio, tmp_path: Path) -> None:
    """A second is refused by name; stopped between two chunks, the first chunk is in."""
    file = tmp_path / "long.csv"
    rows = "".join(f"r{number}@reader.test\n" for number in range(11_000))
    file.write_text("email\n" + rows)
    runs = runs_of(studio)
    lists = lists_of(studio, file)
    tried = runs.begin_trying("a", "long.csv", "Ada", lists, tmp_path / "rejected")
    with pytest.raises(Exception, match=r"Ada is bringing in long\.csv"):
        runs.begin_trying("b", "b.csv", "Bo", lists, tmp_path / "rejected")
    wait_for(lambda: tried.stage is Stage.TRIED)
    ended = threading.Event()
    run = runs.begin_bringing(tried, tmp_path / "rejected", lambda run: ended.set())
    wait_for(lambda: count(studio) > 0)
    run.stop.set()
    assert ended.wait(20)
    assert run.stage is Stage.STOPPED
    assert count(studio) in (5_000, 10_000)
    again = runs.begin_trying("a", "long.csv", "Ada", lists, tmp_path / "rejected")
    wait_for(lambda: again.stage is Stage.TRIED)
    assert again.tally is not None
    assert again.tally.imported + again.tally.updated == 11_000


def wait_for(holds: Callable[[], bool]) -> None:
    """Wait until something holds, at most for a while."""
    moment = threading.Event()
    for _ in range(2_000):
        if holds():
            return
        moment.wait(0.01)
    raise AssertionError("it never came to that")


def test_what_a_killed_process_left_is_taken_away(tmp_path: Path) -> None:
    """And what a living one keeps stays."""
    left = tmp_path / "uploads" / "0123456789abcdef"
    left.mkdir(parents=True)
    (left / "held").touch()
    (left / "secret.csv").write_text("ann@example.com")
    living = Uploads(tmp_path / "uploads")
    assert not left.exists()
    with (tmp_path / "sent.csv").open("w+b") as file:
        file.write(b"email\nann@example.com\n")
        name = living.keep(Upload("C:\\lists\\un subscribed?.csv", "text/csv", 22, file))
    assert living.find(name).name == "un subscribed-.csv"
    assert forget_left(tmp_path / "uploads") == 0
    assert living.find(name).read_bytes().startswith(b"email")
    living.close()
    assert not list((tmp_path / "uploads").glob("*"))


def test_a_worker_brings_in_what_was_handed_over(studio: Studio, tmp_path: Path) -> None:
    """The page follows how far it is; what is wrong with rows comes back, and is downloaded."""
    file = tmp_path / "people.csv"
    file.write_text("email\nann@example.com\nnobody\n")
    runs, lists, folder = runs_of(studio), lists_of(studio, file), tmp_path / "rejected"
    bring = Elsewhere(studio.store, file, Choices((("email",),), proof="Yes."))
    tried = runs.begin_trying("a", "people.csv", "Ada", lists, tmp_path / "tried", bring)
    wait_for(lambda: tried.stage is Stage.TRIED)
    run = runs.begin_bringing(tried, folder, lambda run: None)
    reception = studio.app.reception(studio.store)
    assert count(studio) == 0
    wait_for(lambda: bring_handed(reception, tmp_path / "work", lambda: False))
    wait_for(lambda: run.stage is Stage.DONE)
    assert emails(studio) == ["ann@example.com"]
    assert run.tally is not None
    assert (run.tally.imported, run.tally.rejected) == (1, 1)
    assert [row.line for _, row in run.bad.first] == [3]
    assert [path.parent for path in run.bad.paths] == [folder]


def test_a_server_that_stops_leaves_it_to_the_worker(studio: Studio, tmp_path: Path) -> None:
    """A person who says stop is heard there, too; that a server stops is nobody's wish."""
    file = tmp_path / "people.csv"
    file.write_text("email\nann@example.com\n")
    reception, lists = studio.app.reception(studio.store), lists_of(studio, file)

    def follow(closing: threading.Event) -> Run:
        runs = runs_of(studio, closing)
        bring = Elsewhere(studio.store, file, Choices((("email",),), proof="Yes."))
        tried = runs.begin_trying("a", "people.csv", "Ada", lists, tmp_path / "tried", bring)
        wait_for(lambda: tried.stage is Stage.TRIED)
        return runs.begin_bringing(tried, tmp_path / "rejected", lambda run: None)

    stopped = follow(threading.Event())
    stopped.stop.set()
    wait_for(lambda: stopped.stage is Stage.STOPPED)
    assert not bring_handed(reception, tmp_path / "work", lambda: False)
    closing = threading.Event()
    left = follow(closing)
    closing.set()
    wait_for(lambda: left.stage is Stage.STOPPED)
    assert bring_handed(reception, tmp_path / "work", lambda: False)
    assert emails(studio) == ["ann@example.com"]
