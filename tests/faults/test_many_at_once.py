"""Several processes on one database, and people who press the button twice."""

from __future__ import annotations

from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.subscribers import NewReader
from tests.faults.processes import Senders
from tests.faults.promises import require_promises, set_faults
from tests.faults.staging import begin_world, forbidden_steps, prepare_issue


def test_processes_that_schedule_and_send_side_by_side(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Three processes tick, freeze, claim and sweep at once: every reader gets it once."""
    emails = prepare_issue(now_store, 450)
    set_faults(sandbox, "slow:0.3:0.05")
    three = [sending.start() for _ in range(3)]

    assert [each.result()["state"] for each in three] == ["sent"] * 3

    ending = require_promises(now_store, sandbox, emails)
    assert ending.count(DeliveryOutcome.ACCEPTED) == 450
    assert forbidden_steps(now_store) == []


def test_send_pressed_twice_at_once(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """Two `send` of the same issue at the same moment make one dispatch and send it once."""
    world = begin_world(now_store)
    emails = world.readers(120)
    approval = world.approve().id
    both = [sending.start(approval=approval) for _ in range(2)]

    ends = [each.result() for each in both]

    assert [(end["state"], end["dispatches"]) for end in ends] == [("sent", 1)] * 2
    assert require_promises(now_store, sandbox, emails).count(DeliveryOutcome.ACCEPTED) == 120


def test_send_after_the_end_sends_nothing(
    now_store: Store, sandbox: RunningSandbox, sending: Senders
) -> None:
    """`send` of an issue that was sent reports it; readers who joined since get nothing."""
    world = begin_world(now_store)
    emails = world.readers(30)
    approval = world.approve().id
    first = sending.run(approval=approval)
    world.bring([NewReader("late@reader.test")])

    second = sending.run(approval=approval)
    third = sending.run(approval=world.approve(words="Again").id)

    assert first == second == third
    require_promises(now_store, sandbox, emails)
    assert sandbox.stats()["requests"] == 3
