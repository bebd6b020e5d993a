"""A new issue file."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path

from newsletter.content.issue import better_slug
from newsletter.content.library import ISSUES
from newsletter.content.loading import issue_numbers
from newsletter.content.merge import EXAMPLE
from newsletter.errors import UsageError
from newsletter.model.site import Site

_TEXT = """---
number: {number}
subject: {subject}
preheader: {preheader}
# send_at: 2026-12-01 09:00
# timezone: {zone}
snippets:
  # - topic/snippet
---
Hello {field},

"""


def new_issue_text(site: Site, number: int, slug: str) -> str:
    """The beginning of an issue, ready to load.

    Args:
        site: the letter's settings.
        number: one that no other issue has.
        slug: becomes the first subject.
    """
    subject = slug.replace("-", " ").capitalize()
    return _TEXT.format(
        number=number,
        subject=json.dumps(subject),
        preheader=json.dumps("What an inbox shows beside the subject"),
        zone=site.dispatch.timezone,
        field=EXAMPLE,
    )


def next_number(site: Site) -> int:
    """One more than the highest number in use."""
    return max(issue_numbers(site).values(), default=0) + 1


def write_new_issue(site: Site, slug: str) -> Path:
    """Begin an issue: `issues/<slug>.md` with the next free number.

    The file appears complete or not at all, and never in the place of another.

    Returns:
        The new file.

    Raises:
        UsageError: the slug can not be one, or the file exists.
    """
    slug = slug.removesuffix(".md")
    if slug != better_slug(slug):
        raise UsageError(
            f"An issue's name has a-z, 0-9 and `-`, and a letter. Try {better_slug(slug)}."
        )
    path = site.root / ISSUES / f"{slug}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        _write(path, new_issue_text(site, next_number(site), slug))
    except FileExistsError:
        raise UsageError(f"{ISSUES}/{path.name} exists. Take another name.") from None
    except OSError as error:
        raise UsageError(f"{ISSUES}/{path.name} can not be written: {error.strerror}.") from None
    return path


def _write(path: Path, text: str) -> None:
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)
