"""Writes plain text from starts and ends of elements, as a typewriter would."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsletter.rendering.wrapping import WIDTH, columns, wrap

_SPACED = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "hr"))
_LISTS = ("ul", "ol")
_CONTAINERS = (*_LISTS, "li", "blockquote")
_AROUND = {"s": "~~", "del": "~~"}  # without it, words would say the opposite
_BEFORE = {"sup": "^"}
_UNDERLINES = {"h2": "=", "h3": "-"}
_RULE = "-" * 20


@dataclass(frozen=True, slots=True)
class _Link:
    """An open link: where it leads, how its author wrote that, where its label begins."""

    address: str
    authored: str
    begin: int


@dataclass(slots=True)
class _Container:
    """An open list, list item or quotation, and what stands before its lines."""

    tag: str
    first: str = ""
    rest: str = ""
    number: int | None = None  # of the next item of an ordered list
    begun: bool = False

    def take(self) -> str:
        """What stands before its next line."""
        begun, self.begun = self.begun, True
        return self.rest if begun else self.first


class PlainWriter:
    """Collects words until a block ends, then lays them out.

    Tolerant by intent: raw HTML may close what was never opened, and the other way round.
    """

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._words = ""
        self._open: list[_Container] = []
        self._gap = False
        self._links: list[_Link] = []

    def start(self, tag: str, number: str = "1") -> None:
        """An element opens; `number` is where an ordered list begins."""
        if tag in _SPACED:
            self._end_block(gap=True)
        if tag in _CONTAINERS:
            self._start_container(tag, number)
        elif tag == "hr":
            self._lay_out([_RULE])
            self._end_block(gap=True)
        elif tag == "br":
            self._words += "\n"
        elif tag in ("td", "th"):
            self._words += " | " if self._words.strip() else ""
        else:
            self._words += _AROUND.get(tag, "") + _BEFORE.get(tag, "")

    def end(self, tag: str) -> None:
        """An element closes."""
        if tag in _SPACED:
            self._end_block(gap=True, underline=_UNDERLINES.get(tag, ""))
        if tag in _CONTAINERS:
            self._end_container(tag)
        elif tag == "tr":
            self._end_block()
        self._words += _AROUND.get(tag, "")

    def words(self, text: str) -> None:
        """Running text; white space means a space."""
        self._words += text.replace("\n", " ")

    def verbatim(self, text: str) -> None:
        """Lines that keep their breaks and spaces."""
        self._end_block(gap=True)
        self._lay_out([f"    {line}" for line in text.rstrip("\n").split("\n")])
        self._end_block(gap=True)

    def open_link(self, address: str, authored: str) -> None:
        """A link opens; an empty address means its label alone stays.

        Args:
            authored: the address as its author wrote it, before anything was added.
        """
        self._links.append(_Link(address, authored, len(self._words)))

    def close_link(self) -> None:
        """The label ends: write where it leads, unless the label says just that."""
        if not self._links:
            return
        link = self._links.pop()
        label = self._words[link.begin :].strip()
        if not link.address or label in (link.address, link.address.partition(":")[2]):
            return
        if label and label == link.authored:
            self._words = self._words[: link.begin] + link.address
        else:
            self._words += f" ({link.address})" if label else link.address

    def finish(self) -> str:
        """Everything written, without blank lines around it."""
        self._end_block()
        while self._links:
            self.close_link()
        self._end_block()
        return "\n".join(self._lines).strip("\n")

    def _start_container(self, tag: str, number: str) -> None:
        self._end_block(gap=tag in _LISTS and not self._lists())
        if tag == "li":
            if self._open and self._open[-1].tag == "li":
                self._open.pop()
            bullet = self._bullet()
            self._open.append(_Container(tag, bullet, " " * len(bullet)))
        elif tag == "blockquote":
            self._open.append(_Container(tag, "> ", "> "))
        else:
            counted = tag == "ol" and number.isdecimal()
            self._open.append(_Container(tag, number=int(number) if counted else None))

    def _end_container(self, tag: str) -> None:
        self._end_block()
        tags = [container.tag for container in self._open]
        if tag in tags:
            del self._open[len(tags) - 1 - tags[::-1].index(tag) :]
        if tag in _LISTS and not self._lists():
            self._end_block(gap=True)

    def _bullet(self) -> str:
        lists = self._lists()
        number = lists[-1].number if lists else None
        if number is None:
            return "- "
        lists[-1].number = number + 1
        return f"{number}. "

    def _lists(self) -> list[_Container]:
        return [container for container in self._open if container.tag in _LISTS]

    def _end_block(self, *, gap: bool = False, underline: str = "") -> None:
        self._tell_open_links()
        text, self._words = self._words.strip(), ""
        if text:
            room = max(20, WIDTH - sum(columns(one.rest) for one in self._open))
            lines = [line for part in text.split("\n") for line in wrap(part, width=room)]
            if underline:
                lines.append(underline * min(columns(text), room))
            self._lay_out(lines)
        self._gap = self._gap or (gap and bool(self._lines))

    def _tell_open_links(self) -> None:
        """A link of raw HTML may go on in the next block: its address stands in the first."""
        still_open = len(self._links)
        while self._links and self._words[self._links[-1].begin :].strip():
            self.close_link()
        waiting = [replace(link, begin=0) for link in self._links]
        self._links = waiting + [_Link("", "", 0)] * (still_open - len(waiting))

    def _lay_out(self, lines: list[str]) -> None:
        if self._gap:
            self._lines.append("".join(one.rest for one in self._open if one.begun).rstrip())
        self._gap = False
        for line in lines:
            before = "".join([one.take() for one in self._open])
            self._lines.append((before + line).rstrip())
