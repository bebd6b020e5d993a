"""Writes plain text from starts and ends of elements, as a typewriter would."""

from __future__ import annotations

from dataclasses import dataclass

from newsletter.rendering.wrapping import WIDTH, columns, wrap

_SPACED = frozenset(["p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"])
_LISTS = ("ul", "ol")
_MARKS = {"s": "~~", "del": "~~", "sup": "^"}  # where plain words would say something else
_UNDERLINES = {"h2": "=", "h3": "-"}
_RULE = "-" * 20


@dataclass(slots=True)
class _Indent:
    """What stands before the lines of a list item or a quotation."""

    first: str
    rest: str
    begun: bool = False

    def take(self) -> str:
        """What stands before its next line."""
        begun, self.begun = self.begun, True
        return self.rest if begun else self.first


class PlainWriter:
    """Collects words until a block ends, then lays them out.

    Tolerant by intent: raw HTML may close what was never opened.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._words = ""
        self._indents: list[_Indent] = []
        self._gap = False
        self._lists: list[int] = []  # the next number; 0 in a list without numbers
        self._links: list[tuple[str, int]] = []  # address, where its label begins

    def start(self, tag: str, number: str = "1") -> None:
        """An element opens; `number` is where an ordered list begins."""
        if tag in _SPACED or tag == "hr":
            self._end_block(gap=True)
        if tag in _LISTS:
            self._start_list(int(number) if tag == "ol" and number.isdecimal() else 0)
        elif tag == "li":
            self._start_item()
        elif tag == "blockquote":
            self._indents.append(_Indent("> ", "> "))
        elif tag == "hr":
            self._lay_out([_RULE])
            self._end_block(gap=True)
        elif tag == "br":
            self._words += "\n"
        elif tag in ("td", "th") and self._words.strip():
            self._words += " | "
        elif tag in _MARKS:
            self._words += _MARKS[tag]

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag in _SPACED:
            self._end_block(gap=True, underline=_UNDERLINES.get(tag, ""))
        if tag in _LISTS:
            self._end_list()
        elif tag in ("li", "tr"):
            self._end_block()
        if tag in ("li", "blockquote") and self._indents:
            self._indents.pop()
        elif tag in _MARKS and tag != "sup":
            self._words += _MARKS[tag]

    def words(self, text: str) -> None:
        """Running text; white space means a space."""
        self._words += text.replace("\n", " ")

    def verbatim(self, text: str) -> None:
        """Lines that keep their breaks and spaces."""
        self._end_block(gap=True)
        self._lay_out([f"    {line}" for line in text.rstrip("\n").split("\n")])
        self._end_block(gap=True)

    def open_link(self, address: str) -> None:
        """A link opens; an empty address means its label alone stays."""
        self._links.append((address, len(self._words)))

    def close_link(self) -> None:
        """The label ends: write where it leads, unless the label says just that."""
        if not self._links:
            return
        address, begin = self._links.pop()
        label = self._words[begin:].strip()
        if not address or label in (address, address.partition(":")[2]):
            return
        self._words += f" ({address})" if label else address

    def finish(self) -> str:
        """Everything written, without blank lines around it."""
        self._end_block()
        return "\n".join(self._lines).strip("\n")

    def _start_list(self, number: int) -> None:
        self._end_block(gap=not self._lists)
        self._lists.append(number)

    def _end_list(self) -> None:
        self._end_block()
        if self._lists:
            self._lists.pop()
        self._gap = self._gap or not self._lists

    def _start_item(self) -> None:
        self._end_block()
        number = self._lists[-1] if self._lists else 0
        if number:
            self._lists[-1] += 1
        bullet = f"{number}. " if number else "- "
        self._indents.append(_Indent(bullet, " " * len(bullet)))

    def _end_block(self, *, gap: bool = False, underline: str = "") -> None:
        text, self._words = self._words.strip(), ""
        self._links = [(address, 0) for address, _ in self._links]
        if text:
            room = WIDTH - sum(columns(indent.rest) for indent in self._indents)
            lines = [line for part in text.split("\n") for line in wrap(part, width=room)]
            if underline:
                lines.append(underline * min(columns(text), room))
            self._lay_out(lines)
        self._gap = self._gap or (gap and bool(self._lines))

    def _lay_out(self, lines: list[str]) -> None:
        if self._gap:
            self._lines.append("".join(i.rest for i in self._indents if i.begun).rstrip())
        self._gap = False
        for line in lines:
            before = "".join([indent.take() for indent in self._indents])
            self._lines.append((before + line).rstrip())
