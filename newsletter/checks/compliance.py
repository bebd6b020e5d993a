"""H: what the law and the mailbox providers ask for (H02)."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.links import leads_to_unsubscribe, visible_unsubscribe_links
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.errors import Place
from newsletter.model.finding import Severity

SETTINGS = Place("newsletter.toml")


@rule(
    "H02",
    Severity.ERROR,
    claim="An unsubscribe link and the sender's postal address can be seen, in both parts.",
    why="CAN-SPAM Act, 5(a)(3) and 5(a)(5); GDPR, Article 7(3): to withdraw must be as easy "
    "as to consent.",
    mend="Keep both in the layout's footer, and the address in [sender] of newsletter.toml.",
)
def way_out(specimen: Specimen) -> Iterator[Fault]:
    """H02. A link that is hidden, or says nothing, is none."""
    if not visible_unsubscribe_links(specimen):
        yield Fault("The HTML part shows no unsubscribe link.")
    if not _unsubscribe_in_text(specimen):
        yield Fault("The text part has no unsubscribe link.")
    address = _letters(specimen.site.sender.postal_address)
    if not address:
        yield Fault("The sender has no postal address.", SETTINGS)
        return
    if address not in _letters(specimen.document.visible_text):
        yield Fault("The HTML part does not show the postal address.")
    if address not in _letters(specimen.rendition.text):
        yield Fault("The text part does not show the postal address.")


def _unsubscribe_in_text(specimen: Specimen) -> bool:
    words = specimen.rendition.text.split()
    return any(leads_to_unsubscribe(specimen, word.lstrip("<([")) for word in words)


def _letters(text: str) -> str:
    """Letters and digits alone: a layout may break the address into lines as it likes."""
    return "".join(c for c in text.casefold() if c.isalnum())


RULES: tuple[Rule, ...] = (way_out,)
