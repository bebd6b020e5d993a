"""Y: the program's own mails, which answer what somebody just did (Y01, Y02)."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

_LEAVING = "link.unsubscribe"
_ON_THE_LIST = ("welcome", "preferences-link")


@rule(
    "Y01",
    Severity.ERROR,
    claim="A mail to someone who is not on the list has no unsubscribe link.",
    why="There is nothing to leave yet, and a scanner that follows it must not undo a sign-up.",
    mend="Take it out of the mail's templates.",
)
def nothing_to_leave(specimen: Specimen) -> Iterator[Fault]:
    """Y01. Only who is on the list can leave it."""
    if specimen.rendition.variant not in _ON_THE_LIST and specimen.tokens(_LEAVING):
        yield Fault(f"The mail {specimen.rendition.variant} has an unsubscribe link.")


@rule(
    "Y02",
    Severity.ERROR,
    claim="The link the mail is about stands in both parts.",
    why="Many read the text part alone; without the link there they can not go on.",
    mend="Write {{ reader.NAME }} into body.mjml and body.txt.",
)
def a_way_on(specimen: Specimen) -> Iterator[Fault]:
    """Y02. Every link that a mail holds in one part, it holds in the other."""
    html, text = specimen.rendition.html, specimen.rendition.text
    for tag in specimen.rendition.merge_tags:
        if not tag.source.startswith("link."):
            continue
        tokens = specimen.tokens(tag.source)
        for part, content in (("HTML", html), ("text", text)):
            if not any(token in content for token in tokens):
                yield Fault(f"The {part} part has no {tag.source}.")


RULES: tuple[Rule, ...] = (nothing_to_leave, a_way_on)
