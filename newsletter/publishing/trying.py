"""Test mails: an issue as it stands now, to a few addresses, outside of the ledger."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from secrets import token_hex

from newsletter.errors import UsageError, nearest
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.model.transport import Batch, Letter, Outcome, Receipt, Recipient, Transport
from newsletter.publishing.composing import Composition
from newsletter.rendering import list_id, prepare

MARK = "[Test] "
_TEST = "test"


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of one test mail.

    Attributes:
        reason: the words of the provider or the network; empty when it was accepted.
    """

    variant: str
    address: str
    outcome: Outcome
    reason: str


def send_test_mails(
    composition: Composition,
    transport: Transport,
    addresses: Sequence[str],
    reader: Mapping[str, str],
    variant: str = "",
) -> tuple[Tried, ...]:
    """Send an issue to test addresses, with `[Test]` before its subject.

    Errors in the issue do not stop it: a test is for finding them. Its links lead to sample
    pages, so nobody can unsubscribe a reader from one.

    Args:
        addresses: at most as many as the transport takes in one call.
        reader: source -> value, as `neutral_reader` gives.
        variant: only this one; empty sends each.

    Raises:
        UsageError: no such variant.
    """
    found: list[Tried] = []
    for rendition in _chosen(composition, variant):
        batch = _batch(composition.site, rendition, addresses, reader)
        found.extend(_tried(rendition, addresses, transport.send(batch)))
    return tuple(found)


def _chosen(composition: Composition, variant: str) -> tuple[Rendition, ...]:
    made = composition.renditions.renditions
    chosen = tuple(each for each in made if variant in ("", each.variant))
    if not chosen:
        known = nearest(variant, [each.variant for each in made])
        raise UsageError(f'Issue {composition.issue.number} has no variant "{variant}". {known}')
    return chosen


def _batch(
    site: Site, rendition: Rendition, addresses: Sequence[str], reader: Mapping[str, str]
) -> Batch:
    values = prepare(rendition.merge_tags)(reader)
    recipients = [
        Recipient(
            delivery=_mark(),
            email=address,
            name="",
            values=values,
            unsubscribe="",
        )
        for address in addresses
    ]
    return Batch(_letter(site, rendition), _mark(), recipients)


def _mark() -> str:
    """No mark of the ledger: events of a test mail are nobody's."""
    return f"{_TEST}-{token_hex(8)}"


def _letter(site: Site, rendition: Rendition) -> Letter:
    return Letter(
        key=f"{_TEST}-{rendition.sha256}",
        sender=site.sender,
        subject=MARK + rendition.subject,
        html=rendition.html,
        text=rendition.text,
        merge_tags=rendition.merge_tags,
        list_id=list_id(site),
        categories=(_TEST,),
    )


def _tried(rendition: Rendition, addresses: Sequence[str], receipt: Receipt) -> Iterator[Tried]:
    for place, (address, outcome) in enumerate(zip(addresses, receipt.outcomes, strict=True)):
        reason = "" if outcome is Outcome.ACCEPTED else receipt.reasons.get(place, receipt.reason)
        yield Tried(rendition.variant, address, outcome, reason)
