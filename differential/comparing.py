"""HTML as a list of pieces in which only differences that a reader could meet remain.

Taken apart is the source, not the tree a browser would mend it into: what stands in
conditional comments is compared as tags, too, for Outlook reads it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from html.parser import HTMLParser

from newsletter.checks.css.syntax import parse_declarations, parse_sheet

_INLINE = frozenset(
    ["a", "abbr", "b", "br", "code", "del", "em", "i", "img", "ins", "mark", "s", "small", "span",
     "strong", "sub", "sup", "u"]
)  # fmt: skip
_HAS_WIDTH = frozenset({"img"})
_IF = re.compile(r"<!--\[if ([^\]]*)\]>(?:\s*<!-->|<!---->)?")
_ENDIF = re.compile(r"(?:<!--\s*)?<!\[endif\]-->")
_CONDITION = "x-if"
_ZERO = re.compile(r"(?<![\w.#])0px\b")
_BLANKS = re.compile(r"[ \t\r\n\f]+")  # not the no-break space


@dataclass(frozen=True, slots=True)
class Piece:
    """A tag, a run of text, a CSS rule, or the beginning or end of a conditional comment.

    Attributes:
        kind: `open`, `close`, `text`, `rule`, `if`, `endif`.
        name: the tag, the text, the selectors, the condition.
        values: attributes, or declarations; `style:color` is a declaration of a style attribute.
    """

    kind: str
    name: str
    values: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        inner = " ".join(f'{name}="{value}"' for name, value in self.values)
        return f"{self.kind} {self.name} {inner}".strip()


@dataclass
class _Reader(HTMLParser):
    """Collects pieces."""

    pieces: list[Piece] = field(default_factory=list)
    in_style: bool = False
    style_values: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == _CONDITION:
            self.pieces.append(Piece("if", " ".join(str(attrs[0][1]).split())))
            return
        if tag == "x-endif":
            self.pieces.append(Piece("endif", ""))
            return
        self.in_style = tag == "style"
        values = tuple(sorted(each for pair in attrs for each in _values(*pair)))
        self.pieces.append(Piece("open", tag, values))

    def handle_endtag(self, tag: str) -> None:
        self.in_style = False
        self.pieces.append(Piece("close", tag))

    def handle_data(self, data: str) -> None:
        if self.in_style:
            self.pieces.extend(_rules(data))
        elif data:
            self.pieces.append(Piece("text", _BLANKS.sub(" ", data)))

    def handle_comment(self, data: str) -> None:
        self.pieces.append(Piece("comment", " ".join(data.split())))


def pieces(html: str) -> list[Piece]:
    """Take a document apart.

    Blanks count only between words and inline tags; the order of attributes, of classes and of
    declarations that do not touch each other does not count; nor does it whether neighbouring
    conditional comments with the same condition are one.
    """
    reader = _Reader()
    marked = _IF.sub(lambda found: f'<{_CONDITION} of="{found[1]}">', html)
    reader.feed(_ENDIF.sub("<x-endif>", marked))
    reader.close()
    return list(_joined(_trimmed(_whole_texts(reader.pieces))))


def differences(ours: Iterable[Piece], theirs: Iterable[Piece]) -> list[str]:
    """Where two documents differ, as lines `- ours` and `+ theirs`; empty when they agree."""
    one, other = list(ours), list(theirs)
    lines: list[str] = []
    for tag, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        if tag != "equal":
            lines += [f"- {piece}" for piece in one[a:b]]
            lines += [f"+ {piece}" for piece in other[c:d]]
    return lines


def _values(name: str, value: str | None) -> Iterator[tuple[str, str]]:
    if name == "style":
        said = {one.name: one for one in parse_declarations(value or "")}
        for one in said.values():
            yield f"style:{one.name}", same_value(one.value) + " !important" * one.important
    elif name == "class":
        if names := sorted((value or "").split()):
            yield name, " ".join(names)
    else:
        yield name, " ".join((value or "").split(" "))


def same_value(value: str) -> str:
    """The same value however it is spaced; nothing is 0 with any unit and without."""
    return _ZERO.sub("0", re.sub(r"\s*,\s*", ",", value))


def _rules(css: str) -> Iterator[Piece]:
    sheet = parse_sheet(css)
    for at_rule in sheet.at_rules:
        if at_rule.name not in ("@media", "@supports"):
            yield Piece("rule", f"{at_rule.name} {at_rule.prelude}")
    for rule in sheet.rules:
        name = " ".join((*rule.conditions, ", ".join(rule.selectors)))
        said = tuple(
            (one.name, same_value(one.value) + "!" * one.important) for one in rule.declarations
        )
        yield Piece("rule", name, said)


def _whole_texts(found: Iterable[Piece]) -> Iterator[Piece]:
    """Runs of text that only a character reference kept apart become one."""
    gathered = ""
    for piece in found:
        if piece.kind == "text":
            gathered += piece.name
            continue
        if gathered:
            yield Piece("text", _BLANKS.sub(" ", gathered))
            gathered = ""
        yield piece
    if gathered:
        yield Piece("text", gathered)


def _trimmed(found: Iterable[Piece]) -> Iterator[Piece]:
    """Blanks as CSS collapses them: one between words, none at the edges of a block."""
    all_pieces = list(found)
    blank_before = True
    for at, piece in enumerate(all_pieces):
        if piece.kind != "text":
            blank_before = piece.name not in _HAS_WIDTH and (blank_before or not _is_inline(piece))
            yield piece
            continue
        text = piece.name.lstrip(" ") if blank_before else piece.name
        if _ends_block(all_pieces, at + 1):
            text = text.rstrip(" ")
        if text:
            blank_before = text.endswith(" ")
            yield Piece("text", text)


def _ends_block(all_pieces: list[Piece], at: int) -> bool:
    """Whether nothing that takes room follows before the block ends."""
    for piece in all_pieces[at:]:
        if piece.kind == "text":
            if piece.name.strip(" "):
                return False
            continue
        if not _is_inline(piece) or piece.name == "br":
            return True
        if piece.name in _HAS_WIDTH:
            return False
    return True


def _is_inline(piece: Piece) -> bool:
    return piece.kind in ("open", "close") and piece.name in _INLINE


def _joined(found: Iterable[Piece]) -> Iterator[Piece]:
    """Neighbouring conditional comments with one condition are one."""
    held: list[Piece] = []
    condition = ""
    for piece in found:
        if held:
            if piece.kind == "if" and piece.name == condition:
                held = []
                continue
            yield from held
            held = []
        if piece.kind == "endif":
            held = [piece]
            continue
        if piece.kind == "if":
            condition = piece.name
        yield piece
    yield from held
