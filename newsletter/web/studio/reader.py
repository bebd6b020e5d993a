"""One reader: their whole history, the letters as they got them, and what may be done for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.responses import Response

from newsletter.errors import NotFound, UsageError
from newsletter.model.consent import Channel
from newsletter.model.person import Role
from newsletter.rendering import fill
from newsletter.store.archive import reader_copy
from newsletter.store.readers import Reader, find_reader
from newsletter.store.tables.subscribers import Status
from newsletter.subscribing import (
    Reception,
    erase_address,
    lift_bounce,
    proof,
    unsubscribe_address,
)
from newsletter.subscribing.editing import edit_reader
from newsletter.subscribing.history import History, history_of
from newsletter.subscribing.own_data import everything_about
from newsletter.web.preview.letter import framed
from newsletter.web.studio.reader_words import badge_of
from newsletter.web.studio.routing import Address
from newsletter.web.studio.side import StudioSide
from newsletter.web.studio.spoken import moment
from newsletter.web.studio.timeline import timeline
from newsletter.web.studio.visit import Visit

_OF_ATTRIBUTE = "a."
_PATH = "/studio/readers"


class OneReader:
    """The page of one reader, and the acts on it."""

    def __init__(self, side: StudioSide) -> None:
        self.side = side

    def addresses(self) -> list[Address]:
        """Where it answers."""
        at = "/readers/{reader:int}"
        return [
            Address(at, get=self.page, may=Role.ADMIN),
            Address(f"{at}/edit", get=self.editing, post=self.edit, may=Role.ADMIN),
            Address(f"{at}/unsubscribe", get=self.leaving, post=self.unsubscribe, may=Role.ADMIN),
            Address(f"{at}/lift", get=self.lifting, post=self.lift, may=Role.ADMIN),
            Address(f"{at}/erase", get=self.erasing, post=self.erase, may=Role.ADMIN),
            Address(f"{at}/proof", get=self.proof, may=Role.ADMIN),
            Address(f"{at}/data.json", post=self.data, may=Role.ADMIN),
            Address(f"{at}/letters/{{delivery:int}}", get=self.letter, may=Role.ADMIN),
            Address(f"{at}/letters/{{delivery:int}}/mail", get=self.mail, may=Role.ADMIN),
        ]

    @property
    def reception(self) -> Reception:
        """The use cases of readers."""
        return self.side.app.reception(self.side.store)

    def page(self, visit: Visit) -> Response:
        """Everything about a reader, the newest first."""
        history = self._history(visit)
        return self.side.draw(visit, "reader", self._known(history))

    def editing(self, visit: Visit) -> Response:
        """The form for what a person of the site corrects."""
        history = self._history(visit)
        reader = history.reader
        typed = {
            "first_name": reader.first_name,
            "zone": reader.zone,
            "tags": ", ".join(history.tags),
            **{_OF_ATTRIBUTE + slug: value for slug, value in reader.attributes.items()},
        }
        return self._form(visit, reader, typed, reader.interests or (), "")

    def edit(self, visit: Visit) -> Response:
        """Save it; a form that fails keeps what was typed."""
        reader, form = self._reader(visit), visit.form
        slugs = [each.slug for each in self.side.site.attributes]
        said = {name: form.one(name) for name in ("first_name", "zone", "tags")}
        values = {slug: form.one(_OF_ATTRIBUTE + slug) for slug in slugs}
        interests = form.many("interests")
        try:
            done = edit_reader(
                self.reception,
                reader.id,
                {**said, **values, "interests": ", ".join(interests)},
                by=visit.person.name,
            )
        except UsageError as problem:
            typed = {**said, **{_OF_ATTRIBUTE + slug: value for slug, value in values.items()}}
            return self._form(visit, reader, typed, interests, str(problem))
        if not done.what:
            return self._went(reader, "Nothing was changed.")
        self.side.record(visit, "changed a reader", _named(reader), what=list(done.what))
        return self._went(reader, f"Changed: {', '.join(done.what)}.")

    def leaving(self, visit: Visit) -> Response:
        """The form for a no that came by phone or at the front desk."""
        return self._act(visit, "unsubscribe")

    def unsubscribe(self, visit: Visit) -> Response:
        """Take a reader off the list."""
        reader, reason = self._reader(visit), visit.form.one("reason")
        try:
            changed = unsubscribe_address(
                self.reception, reader.email, by=visit.person.name, reason=reason
            )
        except UsageError as problem:
            return self._act(visit, "unsubscribe", str(problem))
        if changed:
            self.side.record(visit, "unsubscribed a reader", _named(reader))
        return self._went(
            reader, "They get no more letters." if changed else "They were not on the list."
        )

    def lifting(self, visit: Visit) -> Response:
        """The form for an address that works again."""
        return self._act(visit, "lift")

    def lift(self, visit: Visit) -> Response:
        """Let an address that bounced be mailed again."""
        reader, reason = self._reader(visit), visit.form.one("reason")
        if not reason:
            return self._act(visit, "lift", "Say why this address should work again.")
        try:
            problem = lift_bounce(self.reception, reader.email, by=visit.person.name, reason=reason)
        except UsageError as refused:
            return self._act(visit, "lift", str(refused))
        self.side.record(visit, "lifted a bounce", _named(reader))
        left = f" SendGrid still has it on its list; take it off there: {problem}"
        return self._went(reader, f"The address may be mailed again.{left if problem else ''}")

    def erasing(self, visit: Visit) -> Response:
        """The form that says what erasing means."""
        return self._act(visit, "erase")

    def erase(self, visit: Visit) -> Response:
        """Erase a reader, once the address was typed."""
        reader = self._reader(visit)
        if visit.form.one("typed").lower() != reader.email:
            return self._act(visit, "erase", "That is not the address. Nothing was erased.")
        erase_address(self.reception, reader.email, Channel.ADMIN, by=visit.person.name)
        self.side.record(visit, "erased a reader", _named(reader))
        return self.side.went(
            _PATH, "Erased. No list brings the address back; its owner can, by signing up."
        )

    def proof(self, visit: Visit) -> Response:
        """Every yes and no, to print."""
        reader = self._reader(visit)
        lines = proof(self.reception, reader.email)
        values = {
            "reader": reader,
            "lines": [(self._when(line.at), line) for line in lines],
            "printed": self._when(self.side.app.clock.now()),
        }
        return self.side.draw(visit, "reader_proof", values)

    def data(self, visit: Visit) -> Response:
        """Everything kept about a reader, for them (GDPR, articles 15 and 20)."""
        reader = self._reader(visit)
        reception = self.reception
        with reception.store.read() as connection:
            about = everything_about(reception, connection, reader)
        self.side.record(visit, "exported a reader's data", _named(reader))
        name = f'attachment; filename="reader-{reader.id}.json"'
        written = orjson.dumps(about, option=orjson.OPT_INDENT_2)
        return Response(
            written, media_type="application/json", headers={"Content-Disposition": name}
        )

    def letter(self, visit: Visit) -> Response:
        """A letter as it was sent to this reader."""
        history = self._history(visit)
        which = int(visit.named["delivery"])
        found = next((each for each in history.letters if each.delivery == which), None)
        if found is None or not found.is_readable:
            raise NotFound("This reader was never sent that letter.")
        values = {"reader": history.reader, "letter": found, "when": self._when(found.at)}
        return self.side.draw(visit, "reader_letter", values)

    def mail(self, visit: Visit) -> Response:
        """The mail alone, for the frame; its personal links lead to where anyone may go."""
        reader, delivery = int(visit.named["reader"]), int(visit.named["delivery"])
        with self.side.store.read() as connection:
            copy = reader_copy(connection, reader, delivery)
        if copy is None:
            raise NotFound("This letter is not here any more.")
        open_to_all = f"{self.side.site.public_url}/preferences"
        links = ("unsubscribe", "preferences", "view")
        values = {**copy.values, **{f"link.{name}": open_to_all for name in links}}
        return framed(fill(copy.rendition, values).html, self.side.site, images=True)

    def _history(self, visit: Visit) -> History:
        return history_of(self.reception, int(visit.named["reader"]))

    def _reader(self, visit: Visit) -> Reader:
        with self.side.store.read() as connection:
            reader = find_reader(connection, int(visit.named["reader"]))
        if reader is None or reader.status is Status.ERASED:
            raise NotFound("There is no such reader. They may have been erased.")
        return reader

    def _known(self, history: History) -> dict[str, Any]:
        reader = history.reader
        labels = {each.slug: each.label for each in self.side.site.attributes}
        named = [(labels.get(slug, slug), value) for slug, value in reader.attributes.items()]
        interests = {each.slug: each.label for each in self.side.site.interests}
        until = reader.paused_until
        rests = until is not None and until > self.side.app.clock.now()
        return {
            "reader": reader,
            "tags": history.tags,
            "badge_words": badge_of(reader.status, history.suppressed),
            "suppressed": history.suppressed,
            "attributes": named,
            "interests": [interests.get(slug, slug) for slug in reader.interests or ()],
            "is_on_list": reader.status in (Status.CONFIRMED, Status.PENDING),
            "rests_until": self._when(until) if until and rests else "",
            "since": self._when(reader.created_at),
            "confirmed": self._when(reader.confirmed_at) if reader.confirmed_at else "",
            "happenings": [(self._when(each.at), each) for each in timeline(history)],
        }

    def _form(
        self,
        visit: Visit,
        reader: Reader,
        typed: Mapping[str, str],
        chosen: tuple[str, ...],
        problem: str,
    ) -> Response:
        site = self.side.site
        values = {
            "reader": reader,
            "typed": typed,
            "chosen": chosen,
            "problem": problem,
            "interests": site.interests,
            "attributes": site.attributes,
        }
        return self.side.draw(visit, "reader_edit", values, 400 if problem else 200)

    def _act(self, visit: Visit, act: str, problem: str = "") -> Response:
        history = self._history(visit)
        values = {
            "act": act,
            "reader": history.reader,
            "letters": len(history.letters),
            "lines": len(history.proof),
            "problem": problem,
            "reason": visit.form.one("reason"),
        }
        return self.side.draw(visit, "reader_act", values, 400 if problem else 200)

    def _went(self, reader: Reader, told: str) -> Response:
        return self.side.went(f"{_PATH}/{reader.id}", told)

    def _when(self, at: Any) -> str:
        return moment(at, self.side.app)


def _named(reader: Reader) -> str:
    """How the audit log calls a reader: by the number, which outlives an erasing."""
    return f"reader {reader.id}"
