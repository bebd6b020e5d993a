"""Test mails: to oneself, or to a group whose addresses only publishers see."""

from __future__ import annotations

from collections import Counter
from secrets import token_hex
from typing import Any

from starlette.responses import Response

from newsletter.errors import NewsletterError, TooManyRequests
from newsletter.model.person import Role
from newsletter.model.review import TestGroup
from newsletter.model.transport import Outcome
from newsletter.publishing import Tried
from newsletter.reviewing.groups import (
    MOST_ADDRESSES,
    addresses_of,
    drop_group,
    save_group,
    send_tests,
)
from newsletter.reviewing.trying import take_test
from newsletter.scheduling.spoken import counted
from newsletter.store.reviews import all_groups
from newsletter.web.preview.personas import PERSONAS, reader_values
from newsletter.web.preview.showing import variant_label
from newsletter.web.studio.approving import require_int
from newsletter.web.studio.letter_views import require_slug, room_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.visit import Visit

MYSELF = "me"
GROUPS = "/studio/test-groups"


class Testing:
    """A form that sends a test, and the groups it can go to."""

    __test__ = False  # a noun, no class of tests

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where they answer; groups are a publisher's."""
        return [
            Address("/issues/{slug}/test", get=self.ask, post=self.send),
            Address("/test-groups", get=self.groups, post=self.save, may=Role.PUBLISHER),
        ]

    def ask(self, visit: Visit) -> Response:
        """To whom, and as which reader."""
        return self._draw(visit)

    def send(self, visit: Visit) -> Response:
        """Send it, and say what became of it."""
        slug, form = require_slug(self.side, visit), visit.form
        try:
            tried = self._send(visit, slug)
        except TooManyRequests as problem:
            return self._draw(visit, str(problem), 429)
        except NewsletterError as problem:
            return self._draw(visit, str(problem), 400)
        if not tried:
            told = "That was another click: this test was sent once, and not again."
            return self.side.went(f"/studio/issues/{slug}", told)
        to = form.one("to")
        self.side.record(visit, "send a test", slug, to=to, mails=len(tried))
        failed = [each for each in tried if each.outcome is not Outcome.ACCEPTED]
        if failed:
            return self._draw(visit, _failed(tried, shows=self._may_see(visit, to)), 200)
        where = visit.person.email if to == MYSELF else counted(_mailboxes(tried), "address")
        told = f"The test is on its way to {where}."
        if where.endswith("addresses"):
            told = f"The test is on its way to {where}; {counted(len(tried), 'mail')} in all."
        return self.side.went(f"/studio/issues/{slug}", told)

    def groups(self, visit: Visit) -> Response:
        """Every group with its addresses."""
        return self._draw_groups(visit)

    def save(self, visit: Visit) -> Response:
        """Write a group, or take one away."""
        form, room = visit.form, room_of(self.side)
        group_id = int(form.one("group")) if form.one("group").isdecimal() else 0
        if form.has("drop"):
            drop_group(room, group_id)
            self.side.record(visit, "drop a test group", str(group_id))
            return self.side.went(GROUPS, "The group is gone.")
        name, by = form.one("name"), visit.person.name
        try:
            save_group(room, name, form.one("addresses"), by=by, group_id=group_id)
        except NewsletterError as problem:
            return self._draw_groups(visit, str(problem), 400)
        self.side.record(visit, "save a test group", name)
        return self.side.went(GROUPS, f"{name} is saved.")

    def _send(self, visit: Visit, slug: str) -> tuple[Tried, ...]:
        """What became of each mail; empty when this form was sent before."""
        form, room = visit.form, room_of(self.side)
        if form.one("to") == MYSELF:
            to: tuple[str, ...] = (visit.person.email,)
        else:
            to = addresses_of(room, require_int(form.one("to"), "where it goes"))
        composition = self.side.desk.composition(slug)
        reader = reader_values(composition.site, form.one("persona"))
        transport = self.side.app.open_transport()
        try:
            if not take_test(room, visit.person.id, form.one("once")):
                return ()
            return send_tests(composition, transport, to, reader, form.one("variant"))
        finally:
            transport.close()

    def _draw(self, visit: Visit, problem: str = "", status: int = 200) -> Response:
        slug = require_slug(self.side, visit)
        galley = self.side.desk.galley(slug)
        values: dict[str, Any] = {
            "slug": slug,
            "issue": galley.issue,
            "groups": self._groups(),
            "variants": [
                (each.variant, variant_label(each, galley.site)) for each in galley.variants
            ],
            "personas": PERSONAS,
            "typed": visit.form,
            "problem": problem,
            "may_change": visit.person.may(Role.PUBLISHER),
            "once": token_hex(8),
        }
        return self.side.draw(visit, "test", values, status)

    def _draw_groups(self, visit: Visit, problem: str = "", status: int = 200) -> Response:
        values = {
            "groups": self._groups(),
            "typed": visit.form,
            "problem": problem,
            "most": MOST_ADDRESSES,
        }
        return self.side.draw(visit, "test_groups", values, status)

    def _groups(self) -> tuple[TestGroup, ...]:
        with self.side.store.read() as connection:
            return all_groups(connection)

    def _may_see(self, visit: Visit, to: str) -> bool:
        return to == MYSELF or visit.person.may(Role.PUBLISHER)


def _mailboxes(tried: tuple[Tried, ...]) -> int:
    return len({each.address for each in tried})


def _failed(tried: tuple[Tried, ...], *, shows: bool) -> str:
    """What was not taken and why; addresses only for those who may see them."""
    failed = [each for each in tried if each.outcome is not Outcome.ACCEPTED]
    reasons = Counter(each.reason or each.outcome.value for each in failed)
    told = f"{counted(len(failed), 'mail')} of {len(tried)} could not be handed over."
    if shows:
        named = ", ".join(dict.fromkeys(each.address for each in failed))
        return f"{told} To {named}: {'; '.join(reasons)}"
    return told
