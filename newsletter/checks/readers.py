"""P: the letter holds for every reader, whatever their values are (P01)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from newsletter.checks.evidence import FilledMail
from newsletter.checks.inbox import characters
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.checks.weight import CLIP_BYTES, sent_bytes
from newsletter.model.finding import Severity

LONGEST_SUBJECT = 150
LONGEST_RUN = 40
_STRUCTURE = ("<", '"')  # no tag begins and no attribute ends without one of them
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile(r"[\r\n]")


@rule(
    "P01",
    Severity.ERROR,
    claim="The letter holds for every reader: no value, the longest, right to left, or hostile.",
    why="A name with a bracket must not open a tag, and one without a blank must not push the "
    "letter off the screen.",
    mend="Give each field a default, and let the letter be whole without the value.",
    needs="asked_list",
)
def every_reader(specimen: Specimen) -> Iterator[Fault]:
    """P01. What breaks the letter is an error; what only looks bad is a warning."""
    filled = (specimen.evidence.filled or {}).get(specimen.rendition.variant, ())
    size = sent_bytes(specimen.rendition.html)
    for one in filled:
        for broken in _broken(specimen, one, size):
            yield Fault(f"For {one.who} {broken}.")
        for strained in _strained(specimen, one):
            yield Fault(f"For {one.who} {strained}.", severity=Severity.WARNING)
    yield from _without_default(specimen)


def _broken(specimen: Specimen, one: FilledMail, size: int) -> Iterator[str]:
    mail, rendition, nonce = one.mail, specimen.rendition, specimen.rendition.nonce
    if nonce and any(nonce in part for part in (mail.subject, mail.html, mail.text)):
        yield "a merge tag is left"
    if any(mail.html.count(sign) != rendition.html.count(sign) for sign in _STRUCTURE):
        yield "a value changes the structure of the HTML"
    if _BREAKS.search(mail.subject):
        yield "the subject has several lines"
    if any(_TURNS.search(part) for part in (mail.subject, mail.html, mail.text)):
        yield "a value turns the direction of what follows it"
    grown = len(mail.html.encode()) - len(rendition.html.encode())
    if size + grown > CLIP_BYTES >= size:
        yield "the mail grows past what Gmail shows"
    if not mail.subject.strip():
        yield "the subject is empty"


def _strained(specimen: Specimen, one: FilledMail) -> Iterator[str]:
    usual = characters(specimen.with_defaults(specimen.rendition.subject))
    length = characters(one.mail.subject)
    if length > LONGEST_SUBJECT >= usual:
        yield f"the subject has {length} characters"
    if len(one.longest) > LONGEST_RUN:
        yield f"a value of {len(one.longest)} characters has no blank to break at"


def _without_default(specimen: Specimen) -> Iterator[Fault]:
    """A field of the reader that leaves a hole for whoever has no value."""
    fields = {
        tag.source
        for tag in specimen.rendition.merge_tags
        if tag.source.startswith("subscriber.")
        and tag.source != "subscriber.email"
        and not tag.default.strip()
    }
    for name in sorted(fields):
        told = f"{name} has no default and leaves a hole for readers without one."
        yield Fault(told, severity=Severity.WARNING)


RULES: tuple[Rule, ...] = (every_reader,)
