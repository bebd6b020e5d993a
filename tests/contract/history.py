"""Years of letters in one database, written by a few statements (PostgreSQL)."""

from __future__ import annotations

from sqlalchemy import Connection, text

from newsletter.store import Store
from newsletter.store.approvals import Approved
from tests.peers_ledger import World

_BATCH = 1_000
_PEOPLE = """
    INSERT INTO subscriber (email, first_name, status, created_at, confirmed_at)
    SELECT 'r' || to_char(n, 'FM000000') || '@reader.test', 'N' || n, 'confirmed', :now, :now
    FROM generate_series(0, :readers - 1) AS n"""
_CONSENT = """
    INSERT INTO consent (subscriber_id, address, address_hash, what, at, channel)
    SELECT id, email, md5(email), 'confirmed', :now, 'page' FROM subscriber"""
_LETTERS = """
    INSERT INTO system_mail (cause, name, subscriber_id, address, about, state, queued_at,
                             not_before, expires_at)
    SELECT 'confirm-' || id, 'confirm', id, email, id, 'sent', :now, :now, :now FROM subscriber"""
_SENT = """
    UPDATE dispatch SET state = 'sent', started_at = :now, ended_at = :now, frozen = :readers,
        batch_size = :size, first_delivery = :base + 1, last_delivery = :base + :readers
    WHERE id = :of"""
_WAVE = """
    INSERT INTO wave (dispatch_id, name, state, due_at, late_from, opened_at, ended_at)
    VALUES (:of, 'all', 'done', :now, :now, :now, :now) RETURNING id"""
_BATCHES = """
    INSERT INTO batch (dispatch_id, wave_id, rendition_id, state, first_delivery, last_delivery)
    SELECT :of, :wave, :rendition, 'accepted', n, least(n + :size - 1, :base + :readers)
    FROM generate_series(:base + 1, :base + :readers, :size) AS n"""
_ATTEMPTS = """
    INSERT INTO attempt (batch_id, fence, owner, readers, started_at, answered_at, answer, status)
    SELECT id, 1, 'one', :size, :now, :now, 'accepted', 202 FROM batch WHERE dispatch_id = :of"""
_DELIVERIES = """
    INSERT INTO delivery (id, dispatch_id, issue_number, subscriber_id, rendition_id, outcome,
                          holds, feedback, attempt_id)
    SELECT n, :of, :issue, n - :base, :rendition, 4, true, 4, attempt.id
    FROM batch JOIN attempt ON attempt.batch_id = batch.id,
         generate_series(first_delivery, last_delivery) AS n
    WHERE batch.dispatch_id = :of"""
_EVENTS = """
    INSERT INTO delivery_event (provider_id, kind, match, at, delivery_id, attempt_id,
                                subscriber_id)
    SELECT 'd' || id, CASE WHEN id % 100 = 0 THEN 'bounced' ELSE 'delivered' END, 'delivery',
           :now, id, attempt_id, subscriber_id
    FROM delivery WHERE issue_number = :issue"""
_OPENED = """
    INSERT INTO engagement (provider_id, issue_number, dispatch_id, who, kind, at)
    SELECT 'o' || id, issue_number, dispatch_id, id, 'opened', :now
    FROM delivery WHERE issue_number = :issue AND id % 3 = 0"""
_WITH_EVENTS = 5  # of the issues: events of the older ones are of no other kind


def fill(store: Store, world: World, readers: int, issues: int) -> None:
    """Confirmed readers, and issues from number 101 on that all of them got."""
    approvals = {number: world.approve(number) for number in range(101, 101 + issues)}
    with store.write() as connection:
        values = {"now": world.clock.now(), "readers": readers}
        for statement in (_PEOPLE, _CONSENT, _LETTERS):
            connection.execute(text(statement), values)
    for at, (number, approved) in enumerate(approvals.items()):
        of = world.schedule(approved)
        with store.write() as connection:
            values |= {"of": of.id, "issue": number, "base": at * readers, "size": _BATCH}
            _write_issue(connection, approved, values, has_events=at >= issues - _WITH_EVENTS)
    with store.write() as connection:
        connection.execute(
            text("UPDATE site SET next_delivery = :next"), {"next": issues * readers + 1}
        )
        connection.execute(text("ANALYZE"))


def _write_issue(
    connection: Connection, approved: Approved, values: dict[str, object], *, has_events: bool
) -> None:
    found = text("SELECT id FROM rendition WHERE approval_id = :id")
    values["rendition"] = connection.execute(found, {"id": approved.id}).scalar_one()
    connection.execute(text(_SENT), values)
    values["wave"] = connection.execute(text(_WAVE), values).scalar_one()
    told = (_EVENTS, _OPENED) if has_events else ()
    for statement in (_BATCHES, _ATTEMPTS, _DELIVERIES, *told):
        connection.execute(text(statement), values)
