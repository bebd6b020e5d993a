"""A provider that fails in every way it can: each reader has one end, and it is the true one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from newsletter.dispatching.rules import Rules
from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import FaultKind, RunningSandbox, SandboxOptions, serve
from newsletter.store import Store
from tests.faults.inside import inside
from tests.faults.promises import require_promises, set_faults
from tests.peers_ledger import SettableClock

_O = DeliveryOutcome
SEED = 12

# Everything the sandbox can do wrong, at rates of a very bad day; seconds are real ones.
ALL_FAULTS = (
    "429:0.05:0.01",
    "500:0.02",
    "500_after_accept:0.02",
    "503:0.02",
    "400:0.03",
    "400_reader:0.04",
    "400_field:0.004",
    "401:0.004",
    "403:0.004",
    "302:0.01",
    "200:0.01",
    "slow:0.03:0.02",
    "hang:0.004:3",
    "reset_before:0.02",
    "reset_after_accept:0.02",
    "outage:0.01:0.05",
)

# Those after which nobody can know whether the mail was taken.
DOUBTFUL = (
    "500",
    "500_after_accept",
    "503",
    "302",
    "200",
    "hang",
    "reset_before",
    "reset_after_accept",
    "outage",
)


def test_no_fault_is_left_out() -> None:
    """The mix has every kind of fault there is."""
    kinds = {fault.partition(":")[0] for fault in ALL_FAULTS}
    assert kinds == {kind.value for kind in FaultKind} - {FaultKind.NONE.value}


@pytest.mark.parametrize(
    ("readers", "most"),
    [
        pytest.param(5_000, 25, id="short"),
        pytest.param(100_000, 100, id="long", marks=pytest.mark.long),
    ],
)
def test_all_faults_mixed(
    store: Store, clock: SettableClock, sandbox: RunningSandbox, readers: int, most: int
) -> None:
    """Both sides agree about every reader; unknown are those of calls without a clear answer."""
    set_faults(sandbox, *ALL_FAULTS, seed=SEED)
    with inside(store, clock, sandbox, Rules(most=most), timeout=1.0) as sender:
        emails = sender.world.readers(readers)
        sender.world.schedule(sender.world.approve())

        assert sender.run(every=timedelta(minutes=1)) == "sent"

    ending = require_promises(store, sandbox, emails)
    drawn = sandbox.stats()["faults"]
    doubtful = sum(drawn.get(kind, 0) for kind in DOUBTFUL)
    assert ending.count(_O.UNKNOWN) <= doubtful * most
    assert ending.count(_O.REJECTED) >= 1
    assert ending.count(_O.ACCEPTED) > readers * 0.7
    assert all(reason for reason in sender.pauses)


@pytest.mark.parametrize(
    "fault",
    [
        "reset_after_accept:1",
        pytest.param("503:1", marks=pytest.mark.long),
        pytest.param("500_after_accept:1", marks=pytest.mark.long),
    ],
)
def test_a_ten_minute_outage(
    store: Store, clock: SettableClock, sandbox: RunningSandbox, fault: str
) -> None:
    """Ten minutes without a clear answer cost what was on the wire and some probes of ten."""
    with inside(store, clock, sandbox, Rules(most=100)) as sender:
        emails = sender.world.readers(1_500)
        sender.world.schedule(sender.world.approve())
        ends = clock.now() + timedelta(minutes=10)
        set_faults(sandbox, fault)
        while clock.now() < ends:
            assert sender.step(timedelta(seconds=5)) == "sending"
        probes = sandbox.stats()["requests"] - 3
        set_faults(sandbox)

        assert sender.run() == "sent"

    ending = require_promises(store, sandbox, emails)
    assert ending.count(_O.UNKNOWN) <= 3 * 100 + probes * 10
    assert probes <= 10
    assert sender.pauses == []


def test_an_outage_that_refuses_connections_costs_nobody(
    store: Store, clock: SettableClock, sandbox: RunningSandbox
) -> None:
    """Where nobody listens nothing has left: after the outage everyone gets it."""
    port = sandbox.port
    sandbox.stop()
    with inside(store, clock, sandbox, Rules(most=100)) as sender:
        emails = sender.world.readers(500)
        sender.world.schedule(sender.world.approve())
        ends = clock.now() + timedelta(minutes=10)
        while clock.now() < ends:
            assert sender.step(timedelta(seconds=5)) == "sending"
        assert sender.world.outcomes() == {"queued": 500}
        with serve(port=port, options=SandboxOptions(keep="counts")) as back:
            assert sender.run() == "sent"
            assert require_promises(store, back, emails).count(_O.ACCEPTED) == 500
