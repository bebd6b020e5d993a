"""H: what the inbox shows of a letter (H04, H05), and W01: it does not shout."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.errors import Place
from newsletter.model.finding import Severity

LONGEST_SUBJECT = 60
SHORTEST_PREHEADER, LONGEST_PREHEADER = 40, 100
_JOINERS = re.compile(r"\u200d.")
_MARKS = ("Mn", "Me", "Cf")
_WORD = re.compile(r"[^\W\d_]+")
_SHOUTED_LETTERS = 4
_SIGNS = re.compile(r"[!?]{2,}|\${2,}|€{2,}|(?:[!?][^!?]{1,12}){2}[!?]")


@rule(
    "H04",
    Severity.WARNING,
    claim="There is a subject of at most 60 characters, and no recent issue had the same.",
    why="Phones cut longer ones, and a repeated one is taken for the mail one has read.",
    mend="Say in a few words of its own what this letter is about.",
    needs="earlier_subjects",
)
def subject(specimen: Specimen) -> Iterator[Fault]:
    """H04. Characters as people count them, with what stands there for most readers."""
    text = specimen.with_defaults(specimen.rendition.subject)
    place = _place(specimen, "subject")
    if not text.strip():
        yield Fault("The subject is empty.", place)
    elif characters(text) > LONGEST_SUBJECT:
        yield Fault(f"The subject has {characters(text)} characters.", place)
    earlier = {_folded(each) for each in specimen.evidence.earlier_subjects or ()}
    if _folded(text) in earlier:
        yield Fault("A recent issue had the same subject.", place)


@rule(
    "H05",
    Severity.WARNING,
    claim="There is a preheader of 40 to 100 characters that says more than the subject.",
    why="Without one the inbox shows whatever comes first, such as `View in browser`.",
    mend="Write a second thought into preheader, not the subject again.",
)
def preheader(specimen: Specimen) -> Iterator[Fault]:
    """H05. The invisible filling that a layout puts behind it does not count."""
    text = specimen.with_defaults(specimen.rendition.preheader)
    length = characters(text)
    place = _place(specimen, "preheader")
    if not text.strip():
        yield Fault("There is no preheader.", place)
    elif not SHORTEST_PREHEADER <= length <= LONGEST_PREHEADER:
        yield Fault(f"The preheader has {length} characters.", place)
    if text.strip() and _folded(text) == _folded(
        specimen.with_defaults(specimen.rendition.subject)
    ):
        yield Fault("The preheader says the subject again.", place)


@rule(
    "W01",
    Severity.WARNING,
    claim="Subject and preheader do not shout.",
    why="Capitals and rows of exclamation marks are what filters and people know spam by.",
    mend="Write it as you would say it to one person.",
)
def shouting(specimen: Specimen) -> Iterator[Fault]:
    """W01. Initials (SPF, DNA) and one cry are no shouting."""
    for name in ("subject", "preheader"):
        text = specimen.with_defaults(getattr(specimen.rendition, name))
        words = _WORD.findall(text)
        loud = [w for w in words if len(w) >= _SHOUTED_LETTERS and w.isupper()]
        everything = len(words) > 1 and all(w.isupper() for w in words)
        if len(loud) > 1 or everything:
            yield Fault(f'The {name} shouts: "{" ".join(loud or words)}".', _place(specimen, name))
        signs = _SIGNS.search(text)
        if signs:
            yield Fault(f'The {name} shouts: "{signs[0].strip()}".', _place(specimen, name))


def characters(text: str) -> int:
    """Characters as people count them: marks and joined parts of an emoji add nothing."""
    flat = _JOINERS.sub("", " ".join(text.split()))
    return sum(unicodedata.category(one) not in _MARKS for one in flat)


def _folded(text: str) -> str:
    return "".join(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _place(specimen: Specimen, name: str) -> Place | None:
    place: Place | None = getattr(specimen.issue, name).place if specimen.issue else None
    return place if place and place.path else None


RULES: tuple[Rule, ...] = (subject, preheader, shouting)
