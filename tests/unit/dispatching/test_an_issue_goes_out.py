"""The straight way: approve, schedule, tick, send, end."""

from __future__ import annotations

from tests.peers_ledger import World


def test_every_reader_gets_the_approved_bytes_once(world: World) -> None:
    """A due dispatch freezes its readers, mails each once, and ends balanced as sent."""
    emails = world.readers(2_345)
    world.schedule(world.approve())

    status = world.run()

    assert status.dispatch.state == "sent"
    assert world.outcomes() == {"accepted": 2_345}
    assert world.transport.taken == dict.fromkeys(emails, 1)
    assert [len(batch.recipients) for batch in world.transport.sent] == [1_000, 1_000, 345]
    world.require_promises()
