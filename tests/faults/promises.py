"""The promises, held against what the other side counted."""

from __future__ import annotations

import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import select

from newsletter.model.ledger import DeliveryOutcome
from newsletter.sandbox import RunningSandbox
from newsletter.store import Store
from newsletter.store.tables import delivery, dispatch, subscriber

_O = DeliveryOutcome


def call(sandbox: RunningSandbox, method: str, path: str, body: object = None) -> Any:
    """Ask the sandbox's own API."""
    data = None if body is None else orjson.dumps(body)
    request = urllib.request.Request(f"{sandbox.url}/_sandbox/{path}", data, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return orjson.loads(answer.read() or b"null")


def set_faults(sandbox: RunningSandbox, *faults: str, seed: int | None = None) -> None:
    """What goes wrong from now on, at which rate."""
    call(sandbox, "PUT", "faults", {"faults": list(faults), "seed": seed})


def script(sandbox: RunningSandbox, *faults: str) -> None:
    """What happens to the very next requests."""
    call(sandbox, "POST", "script", list(faults))


@dataclass(frozen=True)
class Ending:
    """How it ended, for every reader.

    Attributes:
        outcomes: address -> what our ledger says, of the dispatch that holds them.
        got: address -> how many mails the sandbox accepted for it.
    """

    outcomes: Mapping[str, DeliveryOutcome]
    got: Mapping[str, int]

    def count(self, outcome: DeliveryOutcome) -> int:
        """Readers with that outcome."""
        return Counter(self.outcomes.values())[outcome]


def require_promises(store: Store, sandbox: RunningSandbox, readers: Sequence[str]) -> Ending:
    """Nobody twice, nobody missing, sums right, and both sides tell the same story."""
    ending = Ending(_outcomes(store), call(sandbox, "GET", "recipients"))
    assert call(sandbox, "GET", "stats")["duplicates"] == 0
    twice = {email for email, times in ending.got.items() if times > 1}
    assert not twice, f"{len(twice)} readers got the issue twice: {sorted(twice)[:5]}"
    missing = set(readers) - ending.outcomes.keys()
    assert not missing, f"{len(missing)} readers have no state: {sorted(missing)[:5]}"
    _require_balance(store)
    _require_same_story(ending)
    return ending


def no_answer_is_lost(ending: Ending) -> bool:
    """Whether everybody who got the mail is known to have got it, whenever the answer came."""
    return all(ending.outcomes[email] is _O.ACCEPTED for email in ending.got)


def _require_balance(store: Store) -> None:
    """frozen = accepted + rejected + excluded + unknown, for every dispatch."""
    with store.read() as connection:
        frozen = dict(connection.execute(select(dispatch.c.id, dispatch.c.frozen)).all())
        rows = connection.execute(select(delivery.c.dispatch_id, delivery.c.outcome)).all()
    ends = (_O.ACCEPTED, _O.REJECTED, _O.EXCLUDED, _O.UNKNOWN)
    assert frozen == Counter(row.dispatch_id for row in rows if row.outcome in ends)
    assert all(row.outcome in ends for row in rows)


def _require_same_story(ending: Ending) -> None:
    for email, outcome in ending.outcomes.items():
        got = ending.got.get(email, 0)
        if outcome is _O.ACCEPTED:
            assert got == 1, f"{email} is accepted with us; the sandbox has {got} mails"
        elif outcome is not _O.UNKNOWN:
            assert not got, f"{email} is {outcome} with us and got {got} mails"


def _outcomes(store: Store) -> dict[str, DeliveryOutcome]:
    """What became of each reader; whoever is held comes before whoever was let go."""
    with store.read() as connection:
        rows = connection.execute(
            select(subscriber.c.email, delivery.c.outcome)
            .join(subscriber, subscriber.c.id == delivery.c.subscriber_id)
            .order_by(delivery.c.holds, delivery.c.id)
        )
        return {row.email: row.outcome for row in rows}
