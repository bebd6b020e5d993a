"""B and W: words that need a source, and dates that will be stale (B01, W02)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from newsletter.checks.authored import Authored, authored
from newsletter.checks.days import dates_in, stale
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.content import Topic
from newsletter.model.finding import Severity

_CLAIM = re.compile(
    r"\b(?:(?:clinically|scientifically|medically) (?:proven|tested|tried)"
    r"|proven (?:results|effect\w*|to)|hypo-?allergenic|dermatolog\w+[- ](?:tested|recommended|"
    r"approved)|guarantee[sd]?|risk-free|pain(?:less|-free)|(?:no|without) (?:any )?side[ -]effects"
    r"|miracle|cures?|permanently|instant(?:ly)? (?:results|visible)|studies show"
    r"|\d{1,3} ?(?:%|per ?cent|percent) (?:of|less|more|fewer|smoother|firmer))",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|no|never|nobody|nothing|none|neither|without|cannot|isn't|aren't|don't|doesn't|"
    r"can't|rarely|hardly)\b[^.!?:]{0,40}$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[\W_]+")
_SELF_DENIED = re.compile(r"(?:no|without)\b", re.IGNORECASE)
_TREATMENT = re.compile(
    r"\b(?:treatments?|needl\w+|lasers?|peels?|inject\w+|fillers?|botox|botulinum|surgery|therapy)\b",
    re.IGNORECASE,
)


@rule(
    "B01",
    Severity.WARNING,
    claim="A claim has its source in `evidence`, and a topic about a treatment its disclaimer.",
    why="Advertising must be able to prove what it says about health (EU Directive 2006/114/EC, "
    "Regulation (EC) 1223/2009, Article 20; FTC, Health Products Compliance Guidance).",
    mend="Write where it comes from into `evidence`, say less, or complete `_topic.md`.",
)
def claims(specimen: Specimen) -> Iterator[Fault]:
    """B01. What is denied is not claimed: `No cream is hypoallergenic for everybody`."""
    for piece in authored(specimen.issue):
        for found in _CLAIM.finditer(piece.text):
            if not piece.evidence and not _is_denied(piece.text, found):
                yield Fault(f'"{found[0]}" is a claim without evidence.', piece.at(found.start()))
    for topic in specimen.issue.topics if specimen.issue else ():
        yield from _without_disclaimer(specimen, topic)


def _is_denied(text: str, found: re.Match[str]) -> bool:
    claims_absence = _SELF_DENIED.match(found[0])
    return not claims_absence and bool(_DENIED.search(text[: found.start()]))


def _without_disclaimer(specimen: Specimen, topic: Topic) -> Iterator[Fault]:
    used = [each for each in specimen.sections if each.snippet.topic == topic.slug]
    place = topic.place if topic.place.path else used[0].place if used else None
    told = _letters(topic.disclaimer.plain())
    if not told:
        words = " ".join([topic.name, topic.description, *(each.snippet.title for each in used)])
        if _TREATMENT.search(words):
            yield Fault(f'The topic "{topic.name}" is about a treatment; no disclaimer.', place)
    elif any(each in used for each in specimen.shown):
        first = told[:40]
        for name, text in (
            ("HTML", specimen.document.visible_text),
            ("text", specimen.rendition.text),
        ):
            if first not in _letters(specimen.with_defaults(text)):
                yield Fault(f'The {name} part lacks the disclaimer of "{topic.name}".', place)


def _letters(text: str) -> str:
    """Letters and digits alone, without the addresses and marks of Markdown around them."""
    return _BETWEEN.sub("", re.sub(r"\]\([^)]*\)", "", text).casefold())


@rule(
    "W02",
    Severity.WARNING,
    claim="No date in the letter will be stale, or is wrong, when it is read.",
    why="Letters are read for days, and sent when `send_at` says: `tomorrow` is then yesterday.",
    mend="Write the date itself, with its month.",
)
def stale_dates(specimen: Specimen) -> Iterator[Fault]:
    """W02. `Today we follow the serum` and `on Mondays` go out of date on no day."""
    sent = specimen.issue.send_at if specimen.issue else None
    for piece in authored(specimen.issue):
        yield from _relative(piece)
        if sent is not None:
            yield from _written_dates(piece, sent.date())


def _relative(piece: Authored) -> Iterator[Fault]:
    for found in stale(piece.text):
        yield Fault(f'"{found[0]}" will be stale.', piece.at(found.start()))


def _written_dates(piece: Authored, sent: date) -> Iterator[Fault]:
    for day in dates_in(piece.text, sent):
        if day.weekday is not None and day.weekday != day.date.weekday():
            told = f'"{day.text}" is a {day.date:%A} ({day.date:%Y-%m-%d}).'
            yield Fault(told, piece.at(day.offset))
        elif day.has_year and day.date < sent:
            yield Fault(f'"{day.text}" is over when it is sent, {sent}.', piece.at(day.offset))


RULES: tuple[Rule, ...] = (claims, stale_dates)
