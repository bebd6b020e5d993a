"""Board, calendar, schedule, send now and a dispatch, as people of each role see them."""

from __future__ import annotations

import json
import time
from datetime import datetime, timedelta
from pathlib import Path
from re import findall, search

import pytest

from newsletter.content import load_issue
from newsletter.dispatching import control
from newsletter.dispatching.planning import Plan, rebind, schedule
from newsletter.dispatching.running import Dispatcher
from newsletter.dispatching.status import dispatch_status
from newsletter.errors import LedgerError
from newsletter.model.ledger import Dispatch, DispatchState
from newsletter.model.person import Role
from newsletter.rendering import render
from newsletter.scheduling.placing import place
from newsletter.store.approvals import Approved, record_approval
from newsletter.store.dispatches import dispatches_of, load_dispatch
from newsletter.store.subscribers import NewReader, import_readers
from tests.factories import TOML, write_site
from tests.peers_ledger import ScriptedTransport
from tests.studio import Client, Studio

SLUG, NUMBER = "2026-12-15-the-first-two-days", 13
OTHER = "2027-01-12-who-it-is-for"
LETTER = """\
---
number: {number}
subject: {subject}
preheader: A letter
send_at: {at}  # a note
timezone: Europe/Berlin
snippets:
  - skin/collagen
---
Hello,
"""
LATER = {"day": "2027-03-02", "time": "09:00", "zone": "Europe/Berlin", "asked": "yes"}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A small site, so that its letters are made at once."""
    first = LETTER.format(number=13, subject="The first two days", at="2026-12-15 09:00")
    other = LETTER.format(number=14, subject="Is it for you?", at="2027-01-12 09:00")
    draft = LETTER.format(number=12, subject="Why it works", at="2026-12-01 09:00")
    zone = '\n[dispatch]\ntimezone = "Europe/Berlin"\n'
    files = {
        "newsletter.toml": TOML + zone,
        "issues/first.md": None,
        f"issues/{SLUG}.md": first,
        f"issues/{OTHER}.md": other,
        "issues/2026-12-01-why.md": draft,
    }
    return write_site(tmp_path / "site", files)


def bring(studio: Studio, count: int, zone: str = "") -> None:
    now = studio.app.clock.now()
    readers = (NewReader(f"{zone[:4]}{at}@reader.test", zone=zone) for at in range(count))
    import_readers(studio.store, readers, now)


def approved(studio: Studio, slug: str = SLUG) -> Approved:
    """The bytes as they are now, frozen; checks would want more of such a small letter."""
    site = studio.side.site
    issue = load_issue(site, slug)
    return record_approval(
        studio.store,
        render(issue, site),
        by="Maria Lindt",
        at=studio.app.clock.now(),
        sender=site.sender,
        list_id="Letter <letter.test>",
        findings=(),
        sources=dict.fromkeys(issue.sources, "as they were"),
    )


def hidden(page: str) -> dict[str, str]:
    """What the page's last form would send along."""
    form = page.rpartition('method="post" action="/studio/issues')[2]
    return dict(findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))


def of_issue(studio: Studio, number: int = NUMBER) -> Dispatch | None:
    with studio.store.read() as connection:
        found = dispatches_of(connection, number)
    return found[-1] if found else None


def again(studio: Studio, of: Dispatch) -> Dispatch:
    with studio.store.read() as connection:
        return load_dispatch(connection, of.id)


def ledger_now(studio: Studio) -> datetime:
    """What the database's clock says, by which things are due."""
    with studio.store.read() as connection:
        return studio.store.now(connection)


def planned(studio: Studio, **plan: object) -> Dispatch:
    due = {"due_at": studio.app.clock.now() + timedelta(days=2), "wall_time": "2027-03-02 09:00"}
    plan = {**due, "zone": "Europe/Berlin", "by": "Paul", **plan}
    return schedule(studio.store, approved(studio).id, Plan(**plan)).dispatch  # type: ignore[arg-type]


@pytest.fixture
def publisher(studio: Studio) -> Client:
    """A publisher's browser."""
    return studio.client(Role.PUBLISHER)


def test_the_board_invites_when_there_is_nothing(studio: Studio) -> None:
    """A site without issues says what an issue is, and how to begin one."""
    for path in (studio.root / "issues").glob("*.md"):
        path.unlink()
    page = studio.client(Role.EDITOR).get("/studio/").text
    assert "Your first letter" in page
    assert "/studio/board/new" in page


def test_a_first_board_says_what_comes_next(studio: Studio, publisher: Client) -> None:
    """One step has the button, by what the person may; all go when something is scheduled."""
    admin, editor = studio.client(Role.ADMIN), studio.client(Role.EDITOR)
    assert 'href="/studio/readers/import">Import a list' in admin.get("/studio/").text
    page = editor.get("/studio/").text
    assert "An admin brings a list in" in page
    assert "Open the letter" in page
    bring(studio, 3)
    assert "3 readers may be mailed" in editor.get("/studio/").text
    approved(studio)
    assert f'/studio/issues/{SLUG}/schedule">Choose when' in publisher.get("/studio/").text
    assert "Choose when" not in editor.get("/studio/").text
    planned(studio)
    assert "To your first letter" not in publisher.get("/studio/").text


def test_the_board_says_where_each_issue_stands(studio: Studio, publisher: Client) -> None:
    """Draft, approved and scheduled in their columns; what was changed since approval in red."""
    planned(studio)
    approved(studio, OTHER)
    file = studio.root / "issues" / f"{OTHER}.md"
    file.write_text(file.read_text().replace("Is it for you", "Is it really for you"))
    page = publisher.get("/studio/").text
    lanes = dict(findall(r'id="lane-(\w+)">[^<]+<span class="lane-count">(\d+)', page))
    assert (lanes["draft"], lanes["approved"], lanes["scheduled"]) == ("1", "1", "1")
    assert "Tuesday 2 March 2027, 09:00 in Berlin" in page
    assert page.count("Changed since Maria Lindt approved it") == 1


def test_what_needs_a_person_stands_on_top(studio: Studio, publisher: Client) -> None:
    """A stopped dispatch comes before all columns, with its reason."""
    of = planned(studio, due_at=ledger_now(studio))
    bring(studio, 3)
    with sending(studio) as line:
        line.tick()
    control.pause(studio.store, of.id, by="Ada", reason="Wrong picture.")
    page = publisher.get("/studio/").text
    assert page.index("Needs a person") < page.index("Wrong picture.") < page.index("lane-draft")


def sending(studio: Studio) -> _Line:
    return _Line(studio)


class _Line:
    """A dispatcher whose transport takes everything; nothing is sent before `tick`."""

    def __init__(self, studio: Studio) -> None:
        self.dispatcher: Dispatcher = studio.app.open_dispatcher(transport=ScriptedTransport())

    def __enter__(self) -> Dispatcher:
        return self.dispatcher

    def __exit__(self, *problem: object) -> None:
        self.dispatcher.close(5)


def test_figures_come_after_the_page(studio: Studio) -> None:
    """A draft says its findings, an approved issue its readers; both are counted on their own."""
    bring(studio, 3)
    editor = studio.client(Role.EDITOR)
    draft = editor.get(f"/studio/board/{SLUG}/figures", part=True).json()
    assert draft["count"] == "3 readers"
    assert draft["badge"]
    approved(studio)
    ready = editor.get(f"/studio/board/{SLUG}/figures", part=True).json()
    assert ready == {"count": "3 readers", "badge": "", "tone": ""}
    assert editor.get("/studio/board/none/figures").status_code == 404


def test_an_issue_is_begun_and_copied(studio: Studio) -> None:
    """A new issue has its subject and day; a copy has a number of its own."""
    editor = studio.client(Role.EDITOR)
    made = editor.post("/studio/board/new", {"subject": "Sun & skin: a guide", "day": "2027-02-01"})
    assert made.headers["location"] == "/studio/issues/2027-02-01-sun-skin-a-guide"
    text = (studio.root / "issues" / "2027-02-01-sun-skin-a-guide.md").read_text()
    assert "Sun & skin: a guide" in text
    assert "2027-02-01 09:00" in text
    copy = editor.post(f"/studio/board/{SLUG}/duplicate")
    assert copy.headers["location"] == "/studio/issues/the-first-two-days-copy"
    again = editor.post(
        "/studio/board/new", {"subject": "Sun & skin: a guide", "day": "2027-02-01"}
    )
    assert again.status_code == 400
    assert "Take another name" in again.text
    assert editor.post("/studio/board/new", {"subject": " "}).status_code == 400


def test_nothing_is_scheduled_before_it_is_approved(publisher: Client) -> None:
    """The page says what comes first."""
    page = publisher.get(f"/studio/issues/{SLUG}/schedule")
    assert page.status_code == 409
    assert f"/studio/issues/{SLUG}/approve" in page.text


def test_a_time_is_put_into_words_and_then_onto_the_calendar(
    studio: Studio, publisher: Client
) -> None:
    """The sentence names day, time, place and readers; what was shown is what is written."""
    bring(studio, 12)
    approved(studio)
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **LATER)
    assert "Tuesday 2 March 2027, 09:00 in Berlin" in page.text
    assert "12 readers" in page.text
    assert "Sending takes" in page.text
    answer = publisher.post(f"/studio/issues/{SLUG}/schedule", hidden(page.text))
    of = of_issue(studio)
    assert of is not None
    assert answer.headers["location"] == f"/studio/dispatches/{of.id}"
    assert (of.wall_time, of.zone, of.canary, of.by) == (
        "2027-03-02 09:00",
        "Europe/Berlin",
        0,
        "Paul Press",
    )
    log = studio.client(Role.ADMIN).get("/studio/audit").text
    assert "schedule" in log


def test_many_readers_are_typed_and_begin_with_a_few(studio: Studio, publisher: Client) -> None:
    """Above 1,000 the count is typed; above 5,000 the first 500 are ticked beforehand."""
    bring(studio, 5_001)
    approved(studio)
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **LATER | {"asked": ""}).text
    assert search(r'name="canary"[^>]* checked', page)
    form = hidden(page)
    refused = publisher.post(f"/studio/issues/{SLUG}/schedule", form | {"count": "5000"})
    assert refused.status_code == 400
    assert of_issue(studio) is None
    publisher.post(f"/studio/issues/{SLUG}/schedule", form | {"count": "5,001"})
    of = of_issue(studio)
    assert of is not None
    assert of.canary == 500


@pytest.mark.parametrize(
    ("day", "time", "told"),
    [
        ("2027-03-28", "02:30", "right after it"),
        ("2027-10-31", "02:30", "the second time"),
        ("2020-01-01", "09:00", "is past"),
        ("2027-99-01", "09:00", "is not a time"),
    ],
)
def test_a_time_that_can_not_be_offers_what_can(
    studio: Studio, publisher: Client, day: str, time: str, told: str
) -> None:
    """Spring's gap and autumn's fold offer both times; what can not be is not scheduled."""
    bring(studio, 2)
    approved(studio)
    asked = LATER | {"day": day, "time": time}
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **asked).text
    assert told in page
    assert f"{day} {time}" in page
    found = hidden(publisher.get(f"/studio/issues/{SLUG}/schedule", **LATER).text)
    answer = publisher.post(f"/studio/issues/{SLUG}/schedule", found | asked)
    assert answer.status_code == 400
    assert of_issue(studio) is None
    for link in findall(r'href="(/studio/issues/[^"]+offset=[^"]*)"', page):
        assert "Schedule for 2 readers" in publisher.get(link.replace("&amp;", "&")).text


def test_readers_whose_time_is_past_are_asked_about(studio: Studio, publisher: Client) -> None:
    """With each reader's own clock, somebody says what becomes of those too late for today."""
    bring(studio, 2, "Asia/Tokyo")
    bring(studio, 3, "America/Los_Angeles")
    approved(studio)
    now = studio.app.clock.now()
    asked = {"day": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M}", "zone": "subscriber", "asked": "yes"}
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **asked).text
    assert "For 2 readers in Asia/Tokyo" in page
    assert "Schedule for" not in page
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **asked, past="next_day").text
    publisher.post(f"/studio/issues/{SLUG}/schedule", hidden(page))
    of = of_issue(studio)
    assert of is not None
    assert (of.zone, of.past_zones) == ("subscriber", "next_day")


def test_what_changed_while_somebody_looked_is_told(studio: Studio, publisher: Client) -> None:
    """Another version or another schedule meanwhile: nothing is done, and the page says so."""
    bring(studio, 2)
    approved(studio)
    form = hidden(publisher.get(f"/studio/issues/{SLUG}/schedule", **LATER).text)
    approved(studio)
    answer = publisher.post(f"/studio/issues/{SLUG}/schedule", form)
    assert answer.status_code == 409
    assert "another version" in answer.text
    assert of_issue(studio) is None


def test_an_approval_that_the_files_left_behind_is_red(studio: Studio, publisher: Client) -> None:
    """The page says which version goes out: the approved one, not the changed files."""
    bring(studio, 2)
    approved(studio)
    file = studio.root / "issues" / f"{SLUG}.md"
    file.write_text(file.read_text() + "\nOne more sentence.\n")
    page = publisher.get(f"/studio/issues/{SLUG}/schedule", **LATER).text
    assert "The files were changed after this was approved." in page
    assert "the version that Maria Lindt approved" in page.replace("\n", " ").replace("  ", " ")


def test_send_now_waits_a_minute_in_the_ledger(studio: Studio, publisher: Client) -> None:
    """It is due in 60 seconds, whoever looks; Undo in time leaves nothing behind."""
    bring(studio, 2)
    approved(studio)
    page = publisher.get(f"/studio/issues/{SLUG}/send").text
    answer = publisher.post(f"/studio/issues/{SLUG}/send", hidden(page))
    of = of_issue(studio)
    assert of is not None
    assert of.due_at - studio.app.clock.now() == timedelta(seconds=60)
    assert answer.headers["location"] == f"/studio/dispatches/{of.id}"
    shown = publisher.get(f"/studio/dispatches/{of.id}").text
    assert "In 60 seconds" in shown
    publisher.post(f"/studio/dispatches/{of.id}/undo")
    assert again(studio, of).state is DispatchState.CANCELLED


def test_a_dispatch_is_stopped_resumed_and_cancelled(studio: Studio, publisher: Client) -> None:
    """Each button does what it says, and the page says what it then is."""
    of = planned(studio, due_at=ledger_now(studio))
    bring(studio, 3)
    with sending(studio) as line:
        line.tick()
    at = f"/studio/dispatches/{of.id}"
    publisher.post(f"{at}/stop")
    page = publisher.get(at).text
    assert "Paused by Paul Press" in page
    publisher.post(f"{at}/resume")
    assert again(studio, of).state in (DispatchState.PREPARING, DispatchState.SENDING)
    assert "will not get it" in publisher.get(f"{at}/cancel").text
    publisher.post(f"{at}/cancel")
    assert again(studio, of).state is DispatchState.CANCELLED
    late = publisher.post(f"{at}/stop")
    assert late.status_code == 409


def test_a_page_from_before_a_move_changes_nothing(studio: Studio, publisher: Client) -> None:
    """Who moves an issue that is being sent now is told; a second click on that leads there."""
    bring(studio, 2)
    planned(studio)
    at = f"/studio/issues/{SLUG}/schedule"
    old = hidden(publisher.get(at, **LATER).text)
    now = hidden(publisher.get(f"/studio/issues/{SLUG}/send").text)
    assert publisher.post(f"/studio/issues/{SLUG}/send", now).status_code == 303
    sent = of_issue(studio)
    assert sent is not None
    twice = publisher.post(f"/studio/issues/{SLUG}/send", now)
    assert twice.headers["location"] == f"/studio/dispatches/{sent.id}"
    refused = publisher.post(at, old)
    assert refused.status_code == 409
    assert "moved it" in refused.text
    assert of_issue(studio) == sent


def test_the_version_that_was_shown_goes_out_or_none(studio: Studio) -> None:
    """Approved anew in the very moment of the click: the ledger itself refuses the old page."""
    shown = planned(studio)
    newer = approved(studio)
    rebind(studio.store, shown.id, newer.id, "Ada")
    plan = Plan(studio.app.clock.now() + timedelta(seconds=60), by="Paul")
    with pytest.raises(LedgerError, match="another version by now"):
        place(studio.store, shown.approval_id, plan, shown)
    assert again(studio, shown).due_at == shown.due_at
    assert place(studio.store, newer.id, plan, shown).due_at == plan.due_at


def test_what_stopped_it_names_no_reader(studio: Studio) -> None:
    """A provider's answer may repeat an address; neither the page nor the bell does."""
    of = planned(studio, due_at=ledger_now(studio))
    bring(studio, 3)
    with sending(studio) as line:
        line.tick()
    editor = studio.client(Role.EDITOR)
    control.pause(studio.store, of.id, by="the brake", reason="550 no such <anna@reader.test>")
    for path in (f"/studio/dispatches/{of.id}", "/studio/notices", "/studio/"):
        page = editor.get(path).text
        assert "550 no such" in page
        assert "anna@reader.test" not in page


def test_going_on_twice_does_not_send_past_the_first_readers(
    studio: Studio, publisher: Client
) -> None:
    """A second click on "go on" goes on once; not to wait for word is a button of its own."""
    bring(studio, 3)
    of = planned(studio, due_at=ledger_now(studio), canary=1)
    at = f"/studio/dispatches/{of.id}"
    with sending(studio) as line:
        for _ in range(100):
            line.tick()
            if dispatch_status(studio.store, of.id).watched is not None:
                break
            time.sleep(0.02)
    publisher.post(f"{at}/stop")
    publisher.post(f"{at}/resume")
    assert publisher.post(f"{at}/resume").status_code == 409
    assert dispatch_status(studio.store, of.id).watched is not None
    page = publisher.get(at).text
    form = page.partition("Do not wait for word")[0].rpartition("<form")[2]
    publisher.post(f"{at}/resume", dict(findall(r'name="([^"]+)" value="([^"]*)"', form)))
    assert dispatch_status(studio.store, of.id).watched is None


def test_a_stopped_dispatch_is_corrected_for_the_rest(studio: Studio, publisher: Client) -> None:
    """A newer approved version takes the place of the old one for those not yet mailed."""
    of = planned(studio, due_at=ledger_now(studio))
    bring(studio, 3)
    with sending(studio) as line:
        line.tick()
    at = f"/studio/dispatches/{of.id}"
    publisher.post(f"{at}/stop")
    assert publisher.get(f"{at}/correct").status_code == 409
    file = studio.root / "issues" / f"{SLUG}.md"
    file.write_text(file.read_text() + "\nOne more sentence.\n")
    newer = approved(studio)
    page = publisher.get(f"{at}/correct").text
    assert "get the version that Maria Lindt approved" in page
    publisher.post(f"{at}/correct", {"approval": str(newer.id)})
    successor = of_issue(studio)
    assert successor is not None
    assert (successor.approval_id, again(studio, of).state) == (newer.id, DispatchState.CANCELLED)


def test_one_off_the_calendar_and_one_that_was_sent(studio: Studio, publisher: Client) -> None:
    """Unscheduling leaves the approval; a follow-up goes to those who joined since."""
    bring(studio, 2)
    of = planned(studio)
    publisher.post(f"/studio/dispatches/{of.id}/unschedule")
    assert again(studio, of).state is DispatchState.CANCELLED
    sent = planned(studio, due_at=ledger_now(studio))
    with sending(studio) as line:
        line.stay(NUMBER, lambda status: None)
    assert "Sent issues" in publisher.get("/studio/archive").text
    bring(studio, 1, "Asia/Tokyo")
    page = publisher.get(f"/studio/dispatches/{sent.id}/follow-up").text
    assert "1 joined or came to match since" in page
    answer = publisher.post(
        f"/studio/dispatches/{sent.id}/follow-up", {"approval": str(sent.approval_id)}
    )
    assert answer.headers["location"] != f"/studio/dispatches/{sent.id}"


def test_progress_comes_as_events(studio: Studio) -> None:
    """The stream says at once how it stands, in a form the page can put in its place."""
    of = planned(studio, due_at=ledger_now(studio))
    bring(studio, 3)
    with sending(studio) as line:
        line.tick()
    editor = studio.client(Role.EDITOR)
    with editor.asking.stream("GET", f"/studio/dispatches/{of.id}/live") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        said = next(each for each in stream.iter_lines() if each.startswith("data: "))
    found = json.loads(said.removeprefix("data: "))
    assert "of 3 readers done" in found["html"].replace("\n", " ")
    assert "Cancel" not in found["html"]


def test_an_editor_sees_and_may_do_nothing(studio: Studio) -> None:
    """By button or by hand-made request: scheduling, sending and stopping are for publishers."""
    bring(studio, 2)
    of = planned(studio)
    editor = studio.client(Role.EDITOR)
    page = editor.get(f"/studio/dispatches/{of.id}")
    assert page.status_code == 200
    assert 'action="/studio/dispatches' not in page.text
    at = f"/studio/dispatches/{of.id}"
    for path in (
        f"/studio/issues/{SLUG}/schedule",
        f"/studio/issues/{SLUG}/send",
        *(f"{at}/{act}" for act in ("stop", "resume", "undo", "unschedule", "cancel", "correct")),
        f"{at}/waves/1/cancel",
        f"{at}/follow-up",
    ):
        assert editor.post(path, {"approval": "1"}).status_code == 403, path
    assert again(studio, of) == of


def test_a_draft_moves_by_writing_its_proposed_time(studio: Studio) -> None:
    """Dropped on another square it keeps its hour; the form takes any time; comments stay."""
    editor = studio.client(Role.EDITOR)
    assert "The first two days" in editor.get("/studio/calendar", month="2026-12").text
    file = studio.root / "issues" / f"{SLUG}.md"
    before = file.read_text()
    moved = editor.post(f"/studio/calendar/{SLUG}/move", {"square": "2026-12-17"}, part=True)
    assert "Thursday 17 December" in moved.json()["told"]
    assert "send_at: 2026-12-17" in file.read_text()
    assert len(file.read_text().splitlines()) == len(before.splitlines())
    editor.post(f"/studio/calendar/{SLUG}/move", {"day": "2027-01-02", "time": "10:30"})
    assert "send_at: 2027-01-02 10:30" in file.read_text()
    approved(studio)
    assert "approved, not scheduled" in editor.get("/studio/calendar", month="2027-01").text
    wrong = editor.post(f"/studio/calendar/{SLUG}/move", {"day": "soon", "time": "10:30"})
    assert wrong.status_code == 400


def test_what_is_scheduled_is_not_moved_by_dropping(studio: Studio) -> None:
    """Its move is asked about on a page of its own; a hand-made drop changes nothing."""
    of = planned(studio)
    editor = studio.client(Role.EDITOR)
    assert editor.post(f"/studio/calendar/{SLUG}/move", {"square": "2027-03-09"}).status_code == 400
    asked = editor.get(f"/studio/calendar/{SLUG}/move")
    assert asked.headers["location"] == f"/studio/issues/{SLUG}/schedule"
    assert again(studio, of).due_at == of.due_at


def test_three_hundred_issues_are_quick(studio: Studio, tmp_path: Path) -> None:
    """A large site's board is looked up once; then only what changed is read again."""
    text = (studio.root / "issues" / f"{SLUG}.md").read_text()
    for number in range(100, 400):
        copy = text.replace("number: 13", f"number: {number}")
        (studio.root / "issues" / f"letter-{number}.md").write_text(copy)
    editor = studio.client(Role.EDITOR)
    assert editor.get("/studio/").text.count('class="issue-tile') == 303
    begun = time.monotonic()
    editor.get("/studio/calendar")
    assert time.monotonic() - begun < 2
