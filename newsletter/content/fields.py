"""The settings of one file or piece, taken out key by key with their types."""

from __future__ import annotations

import re
from collections.abc import Sequence

from newsletter.content.files import has_control
from newsletter.content.hints import near, shown
from newsletter.content.links import link_problem
from newsletter.content.merge import EXAMPLE, has_marks, parse_merge
from newsletter.content.reading import Reading
from newsletter.content.yaml_tree import Entries, Node, Scalar, describe
from newsletter.errors import Place
from newsletter.model.content import SUBSCRIBER_ZONE
from newsletter.model.merge import MergeText
from newsletter.model.zone import is_zone, known_zones

_WHOLE = re.compile(r"[1-9][0-9]{0,8}")
EVERYONE = "everyone"


class Fields:
    """Takes typed values out of keys and values; what is wrong goes to the reading.

    A key without a value counts as left out. A value of the wrong type is noted, and the
    caller gets the empty value of the right one.
    """

    def __init__(self, node: Entries, path: str, known: Sequence[str], reading: Reading) -> None:
        self.reading = reading
        self.path = path
        self.line = node.line
        self._values: dict[str, Node] = {}
        self._lines: dict[str, int] = {}
        for key, value in node.entries:
            self._take(key, value, known)

    def _take(self, key: Scalar, value: Node, known: Sequence[str]) -> None:
        place = Place(self.path, key.line)
        if key.text in self._lines:
            message = f'"{key.text}" stands here twice, first in line {self._lines[key.text]}.'
            self.reading.problem(place, message, "Keep one.")
            return
        self._lines[key.text] = key.line
        if key.text not in known:
            message = f'"{shown(key.text)}" is no setting here.'
            self.reading.problem(place, message, near(key.text, known))
        elif not (isinstance(value, Scalar) and value.type == "null"):
            self._values[key.text] = value

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def place(self, key: str) -> Place:
        """Where a key stands, or where it would."""
        return Place(self.path, self._lines.get(key, self.line))

    def problem(self, key: str, message: str, hint: str = "") -> None:
        """Note what is wrong with a key's value."""
        self.reading.problem(self.place(key), message, hint)

    def node(self, key: str) -> Node | None:
        """The value as it was read."""
        return self._values.get(key)

    def require(self, key: str, hint: str) -> None:
        """Note it when a key is not there or says nothing."""
        node = self._values.get(key)
        if node is None or (isinstance(node, Scalar) and not node.text.strip()):
            self.problem(key, f"{key} is missing.", hint)

    def text(self, key: str, lines: bool = False) -> str:
        """Text that is the same for every reader.

        Args:
            key: the setting.
            lines: whether it may have several lines.
        """
        text = self._text(key, lines)
        if has_marks(text):
            self.problem(key, f"{key} is the same for every reader.", "Take the braces out.")
            return ""
        return text

    def merge(self, key: str, lines: bool = False) -> MergeText:
        """Text that may hold fields of the reader."""
        text = self._text(key, lines)
        node = self._values.get(key)
        place = Place(self.path, node.line if node else self.place(key).line)
        merged, problems = parse_merge(text, place, self.reading.site.subscriber_fields)
        self.reading.problems.extend(problems)
        return MergeText((), place) if problems else merged

    def link(self, key: str) -> MergeText:
        """A complete web or mail address; fields of the reader may stand behind the host."""
        link = self.merge(key)
        if link and (problem := link_problem(link)):
            self.problem(key, f"{key} {problem}", "Write it as https://example.com/page.")
        return link

    def whole(self, key: str) -> int:
        """A whole number from 1; 0 when there is none."""
        node = self._values.get(key)
        if isinstance(node, Scalar) and node.type == "int" and _WHOLE.fullmatch(node.text):
            return int(node.text)
        if node is not None:
            self.problem(key, f"{key} must be a whole number from 1.", "Like `12`, no quotes.")
        return 0

    def name(self, key: str, known: Sequence[str], what: str) -> str:
        """One of the known names, or an empty text."""
        name = self.text(key)
        if name and name not in known:
            self.problem(key, f'There is no {what} "{shown(name)}".', near(name, known))
            return ""
        return name

    def interest(self, key: str, default: str | None) -> str | None:
        """An interest of the site; `everyone` is None."""
        known = (*(interest.slug for interest in self.reading.site.interests), EVERYONE)
        if key not in self._values:
            return default
        name = self.name(key, known, "interest")
        return None if name == EVERYONE else name or default

    def zone(self, key: str) -> str:
        """An IANA zone, `subscriber`, or an empty text."""
        name = self.text(key)
        if not name or name == SUBSCRIBER_ZONE or is_zone(name):
            return name
        example = "Write one like Europe/Berlin, or `subscriber`."
        hint = near(name, (*known_zones(), SUBSCRIBER_ZONE), example)
        self.problem(key, f'"{shown(name)}" is not a time zone.', hint)
        return ""

    def _text(self, key: str, lines: bool) -> str:
        node = self._values.get(key)
        if node is None:
            return ""
        if not isinstance(node, Scalar) or node.type != "str":
            self.problem(
                key, f"{key} must be text, but it reads as {describe(node)}.", _quotes(node)
            )
            return ""
        text = node.text.strip()
        if has_control(text):
            self.problem(key, f"{key} holds a control character.", "Delete it.")
            return ""
        if not lines and ("\n" in text or "\t" in text):
            self.problem(key, f"{key} must be one line.", "Take the line break or tab out.")
            return ""
        return text


def _quotes(node: Node) -> str:
    if isinstance(node, Scalar):
        return f'Put it in quotes: "{shown(node.text)}".'
    return f"If it begins with a brace, put it in quotes: '{EXAMPLE}'."
