"""What is known to differ from MJML's compiler, and why it may: twelve at most.

Each is a rule that makes two documents alike in one narrow respect, with a document that
shows the difference. A rule whose document no longer differs has outlived its reason, and its
test fails.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from differential.comparing import Piece

Alike = Callable[[list[Piece]], list[Piece]]


@dataclass(frozen=True)
class Known:
    """A known difference.

    Attributes:
        name: in test reports.
        reason: why it is no fault of ours, or one without effect.
        sample: MJML that shows it.
        alike: makes pieces of both sides alike, by changing what differs and nothing else.
    """

    name: str
    reason: str
    sample: str
    alike: Alike


def body(inner: str) -> str:
    """A whole document around some sections."""
    return f'<mjml lang="en"><mj-body>{inner}</mj-body></mjml>'


def section(inner: str, attributes: str = "") -> str:
    """A document of one section with one column."""
    return body(f"<mj-section {attributes}><mj-column>{inner}</mj-column></mj-section>")


def each(change: Callable[[Piece], Piece]) -> Alike:
    """Change every piece for itself."""
    return lambda pieces: [change(piece) for piece in pieces]


def without(piece: Piece, *names: str) -> Piece:
    """A piece without some values."""
    return replace(piece, values=tuple(pair for pair in piece.values if pair[0] not in names))


def _outlook_suffix(piece: Piece) -> Piece:
    def plain(pair: tuple[str, str]) -> tuple[str, str]:
        if pair[0] != "class":
            return pair
        names = {name.removesuffix("-outlook") for name in pair[1].split()} - {""}
        return "class", " ".join(sorted(names))

    if piece.kind != "open" or "-outlook" not in dict(piece.values).get("class", ""):
        return piece
    values = tuple(pair for pair in map(plain, piece.values) if pair != ("class", ""))
    return replace(piece, values=values)


def _sorted_columns(pieces: list[Piece]) -> list[Piece]:
    """Runs of `.mj-column-...` rules in one order."""
    made: list[Piece] = []
    run: list[Piece] = []
    for piece in [*pieces, Piece("end", "")]:
        if piece.kind == "rule" and ".mj-column-" in piece.name:
            run.append(piece)
            continue
        made += [*sorted(run, key=lambda one: one.name), piece]
        run = []
    return made[:-1]


def _button_cell(piece: Piece) -> Piece:
    if piece.kind == "open" and piece.name == "td":
        return without(piece, "vertical-align")
    return piece


def _section_radius(piece: Piece) -> Piece:
    if piece.kind == "open" and piece.name == "table" and ("style:width", "100%") in piece.values:
        return without(piece, "style:border-radius")
    return piece


_FRACTION = re.compile(r"(\d+)\.\d+px")


def _whole_pixels(piece: Piece) -> Piece:
    if piece.kind != "open" or piece.name not in ("td", "table"):
        return piece
    values = tuple(
        (name, _FRACTION.sub(r"\1px", value) if name == "style:width" else value)
        for name, value in piece.values
    )
    return replace(piece, values=values)


def _group_cells(pieces: list[Piece]) -> list[Piece]:
    """Cells for Outlook around the columns of a group, without their widths."""
    made = list(pieces)
    for at, piece in enumerate(pieces[:-2]):
        after, column = pieces[at + 1], pieces[at + 2]
        if piece.name == "td" and after.kind == "endif" and _is_in_group(column):
            made[at] = without(piece, "style:width")
    return made


def _is_in_group(piece: Piece) -> bool:
    values = dict(piece.values)
    width = values.get("style:width", "")
    return "mj-outlook-group-fix" in values.get("class", "") and width not in ("", "100%")


_SHARE = re.compile(r"\d+\.\d+%")


def _rounded_shares(piece: Piece) -> Piece:
    def rounded(text: str) -> str:
        return _SHARE.sub(lambda found: f"{float(found.group()[:-1]):.3f}%", text)

    values = tuple((name, rounded(value)) for name, value in piece.values)
    return replace(piece, values=values)


def _linked_title(pieces: list[Piece]) -> list[Piece]:
    """Links around an image without their title, which is the image's."""
    made = list(pieces)
    for at, piece in enumerate(pieces[:-1]):
        if piece.kind == "open" and piece.name == "a" and pieces[at + 1].name == "img":
            made[at] = without(piece, "title")
    return made


def _trimmed_ends(piece: Piece) -> Piece:
    if piece.kind == "text":
        return replace(piece, name=piece.name.strip())
    values = tuple((n, v.strip() if n == "aria-label" else v) for n, v in piece.values)
    return replace(piece, values=values)


KNOWN: tuple[Known, ...] = (
    Known(
        "the suffix -outlook",
        "MRML writes it behind the last of several classes, MJML behind each; no style of ours "
        "or of theirs names such a class.",
        section("<mj-text>x</mj-text>", 'css-class="one two"'),
        each(_outlook_suffix),
    ),
    Known(
        "the order of column widths",
        "MRML sorts the rules of column classes; each is about a class of its own.",
        body(
            '<mj-section><mj-column width="75%" /><mj-column width="25%" /></mj-section>'
            "<mj-section><mj-column /></mj-section>"
        ),
        _sorted_columns,
    ),
    Known(
        "vertical-align as an attribute of a button's cell",
        "HTML knows no such attribute; cells are in the middle by themselves.",
        section('<mj-button href="https://example.com/">x</mj-button>'),
        each(_button_cell),
    ),
    Known(
        "a section's corners on its inner table, too",
        "The table is as large as the div around it, which has the same corners.",
        section("<mj-text>x</mj-text>", 'full-width="full-width" border-radius="8px"'),
        each(_section_radius),
    ),
    Known(
        "fractions of a pixel in the width of a picture's cell",
        "MJML cuts them off, MRML keeps them; browsers round. In the attributes that Outlook "
        "reads we cut them off, too.",
        body(
            '<mj-section border="1px solid red"><mj-column width="25%">'
            '<mj-image src="a.png" /></mj-column><mj-column width="75%" /></mj-section>'
        ),
        each(_whole_pixels),
    ),
    Known(
        "the cells of a group for Outlook",
        "MRML takes a column's padding off the width of its cell and keeps fractions of a pixel, "
        "MJML does neither; Outlook shares out what room its table has, which is the full width.",
        body(
            '<mj-section><mj-group><mj-column padding="0px 12px" /><mj-column /></mj-group>'
            "</mj-section>"
        ),
        _group_cells,
    ),
    Known(
        "the last digits of a share",
        "MRML counts with 32 bits; the difference is less than a thousandth of a percent.",
        body('<mj-section><mj-group><mj-column width="200px" /></mj-group></mj-section>'),
        each(_rounded_shares),
    ),
    Known(
        "wide blanks at the ends of a text",
        "MJML's compiler takes them off; an author who writes one there may mean it, and ours "
        "keeps it.",
        section("<mj-text>x\u2003</mj-text>"),
        each(_trimmed_ends),
    ),
    Known(
        "the title of a linked image",
        "MJML writes it to the link and to the image in it, MRML to the image alone: both show it.",
        section('<mj-image src="a.png" href="https://example.com/" title="x" />'),
        _linked_title,
    ),
)


def alike(pieces: list[Piece], *, but: Known | None = None) -> list[Piece]:
    """Pieces with all known differences made alike, but for one."""
    for known in KNOWN:
        if known is not but:
            pieces = known.alike(pieces)
    return pieces


def forgiven(pieces: list[Piece]) -> list[Piece]:
    """Pieces with all known differences made alike."""
    return alike(pieces)


@dataclass(frozen=True)
class Unlike:
    """A known difference of the inliners; made-up documents do without it.

    Attributes:
        name, reason: as of `Known`.
        sample: a document that comes out differently.
    """

    name: str
    reason: str
    sample: str


UNLIKE: tuple[Unlike, ...] = (
    Unlike(
        "pseudo-classes weigh nothing for premailer",
        "It counts classes and tags alone; our layouts address nothing by its position.",
        "<!DOCTYPE html><html><head><title>x</title><style>p:first-child { color: red; } "
        "p { color: blue; }</style></head><body><div><p>x</p></div></body></html>",
    ),
    Unlike(
        "a longhand beats a shorthand of greater weight",
        "premailer weighs properties by name and puts what is new behind; MJML writes padding "
        "and margin as shorthands, and our styles do, too.",
        "<!DOCTYPE html><html><head><title>x</title><style>p { margin: 0; } "
        "p { margin-top: 5px; }</style></head>"
        '<body><div><p style="margin: 4px 8px">x</p></div></body></html>',
    ),
    Unlike(
        "an important rule against a style attribute",
        "premailer lets the attribute win; the rule stays in its style block, which browsers "
        "read, and our inlined styles have none that is important.",
        "<!DOCTYPE html><html><head><title>x</title><style>p { color: blue !important; }</style>"
        '</head><body><div><p style="color: red">x</p></div></body></html>',
    ),
)
