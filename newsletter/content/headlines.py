"""What a list says of each issue: a quick look at the settings of every file.

An issue with all it names takes a hundred times as long to read. So here only the lines of a few
settings are, and what can not be read is left empty: opening the issue says what is wrong.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from newsletter.content.files import read_text, relative
from newsletter.content.front_matter import FENCE
from newsletter.content.merge import parse_merge
from newsletter.content.yaml_tree import Entries, Scalar, parse_yaml
from newsletter.errors import ContentError, Place
from newsletter.model.site import Site

_KEYS = ("number", "subject", "preheader", "send_at", "timezone")
_KEY = re.compile(r"""["']?([a-z_]+)["']?[ \t]*:""")
# A key and a value on one line that mean in YAML what they seem to: plain without marks, or quoted
# without escapes.
_SIMPLE = re.compile(r"""([a-z_]+):[ ]+(?:"([^"\\]*)"|'([^']*)'|(\w(?:[^\t:#]|:(?=\S))*?))[ ]*""")
_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::00)?")


@dataclass(frozen=True, slots=True)
class Headline:
    """One issue file, as a list shows it.

    Attributes:
        number: 0 when it has none.
        subject, preheader: as a reader without values gets them; may be empty.
        send_at: proposed wall time, naive by intent; None when there is none.
        timezone: IANA name, `subscriber`, or empty for the site's.
    """

    slug: str
    number: int = 0
    subject: str = ""
    preheader: str = ""
    send_at: datetime | None = None
    timezone: str = ""


def read_headline(site: Site, path: Path) -> Headline:
    """Look at one issue file; never raises for what stands in it."""
    try:
        values = _values(read_text(site.root, path), relative(site.root, path))
    except ContentError:
        return Headline(path.stem)
    number = values.get("number", "")
    return Headline(
        slug=path.stem,
        number=int(number) if re.fullmatch(r"[1-9][0-9]{0,8}", number) else 0,
        subject=_plain(values.get("subject", ""), site),
        preheader=_plain(values.get("preheader", ""), site),
        send_at=_moment(values.get("send_at", "")),
        timezone=values.get("timezone", ""),
    )


def _values(text: str, name: str) -> dict[str, str]:
    """The few settings, as text."""
    excerpt = _excerpt(text)
    simple = [_SIMPLE.fullmatch(line) for line in excerpt.splitlines() if line.strip()]
    plain = {found[1]: (found[2] or found[3] or found[4] or "") for found in simple if found}
    if all(simple):  # nearly always, and YAML is most of what looking costs
        return plain
    try:
        node = parse_yaml(excerpt, Place(name, 1))
    except ContentError:
        return plain
    if not isinstance(node, Entries):
        return {}
    return {
        key.text: value.text.strip() for key, value in node.entries if isinstance(value, Scalar)
    }


def _excerpt(text: str) -> str:
    """Only the lines of those settings, each with the lines that belong to it."""
    kept: list[str] = []
    takes = False
    for line in text.split("\n")[1:]:
        if line.rstrip() == FENCE:
            break
        if found := _KEY.match(line):
            takes = found[1] in _KEYS
        elif line[:1].strip():
            takes = False
        if takes:
            kept.append(line)
    return "\n".join(kept) + "\n"


def _plain(text: str, site: Site) -> str:
    merged, problems = parse_merge(text, Place(""), site.subscriber_fields)
    return text if problems else merged.plain()


def _moment(text: str) -> datetime | None:
    found = _TIME.fullmatch(text.strip())
    try:
        # A wall time: it means nothing until the zone is put to it.
        return datetime.fromisoformat(f"{found[1]} {found[2]}") if found else None
    except ValueError:
        return None
