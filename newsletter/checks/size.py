"""S: the mail arrives in one piece (S01, S02, S07)."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.checks.links import unsubscribe_positions
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.checks.weight import CLIP_BYTES, KILOBYTE, WARN_BYTES, sent_bytes
from newsletter.model.finding import Severity

UNSUBSCRIBE_BEFORE = 100_000
MEGABYTE = 1024 * 1024
ONE_PICTURE = MEGABYTE
ALL_PICTURES = 2 * MEGABYTE


@rule(
    "S01",
    Severity.ERROR,
    claim="The HTML part, with tracked links, is at most 102 KB; from 85 KB on it warns.",
    why="Gmail cuts longer mail and hides the rest, the unsubscribe link included, behind "
    '"View entire message".',
    mend="Take out a snippet or shorten the texts.",
)
def clipping(specimen: Specimen) -> Iterator[Fault]:
    """S01. Bytes count, not characters, and each link as long as tracking makes it."""
    size = sent_bytes(specimen.rendition.html)
    kilobytes = f"The HTML part is about {size / KILOBYTE:.0f} KB as sent"
    if size > CLIP_BYTES:
        yield Fault(f"{kilobytes}; Gmail cuts it at {CLIP_BYTES // KILOBYTE} KB.")
    elif size >= WARN_BYTES:
        yield Fault(
            f"{kilobytes}, near the {CLIP_BYTES // KILOBYTE} KB at which Gmail cuts.",
            severity=Severity.WARNING,
        )


@rule(
    "S02",
    Severity.ERROR,
    claim="The unsubscribe link stands before byte 100,000.",
    why="Behind it Gmail cuts the mail, and who finds no link presses Spam.",
    mend="Shorten the issue, or bring the unsubscribe link further up.",
)
def unsubscribe_position(specimen: Specimen) -> Iterator[Fault]:
    """S02. Without any link H02 speaks, and this rule is silent."""
    source = specimen.rendition.html
    positions = [sent_bytes(source[:at]) for at in unsubscribe_positions(specimen)]
    if positions and min(positions) >= UNSUBSCRIBE_BEFORE:
        yield Fault(f"The unsubscribe link stands at byte {min(positions):,} of the mail as sent.")


@rule(
    "S07",
    Severity.WARNING,
    claim="Each picture is under 1 MiB, and all of a mail under 2 MiB.",
    why="On a phone in a train a reader looks at empty frames, and leaves.",
    mend="Save it smaller: JPEG for photographs, 1,104 pixels wide.",
)
def picture_weight(specimen: Specimen) -> Iterator[Fault]:
    """S07. What this variant shows counts, each file once, not what lies in the folder."""
    shown = {
        picture.filename: (picture, image)
        for image in specimen.document.named("img")
        for picture in specimen.pictures
        if picture.filename in image.get("src", "")
    }
    for picture, image in shown.values():
        if len(picture.data) >= ONE_PICTURE:
            size = len(picture.data) / MEGABYTE
            yield Fault(f"{picture.source} has {size:.1f} MiB.", element=image)
    total = sum(len(picture.data) for picture, _ in shown.values())
    if total >= ALL_PICTURES:
        yield Fault(f"The pictures of the mail have {total / MEGABYTE:.1f} MiB together.")


RULES: tuple[Rule, ...] = (clipping, unsubscribe_position, picture_weight)
