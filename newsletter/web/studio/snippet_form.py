"""The form of a snippet: its fields, what was typed, and what is wrong with each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from newsletter.authoring import SNIPPET_FIELDS, SnippetDocument, written
from newsletter.authoring.letter import BODY
from newsletter.content.front_matter import split_document
from newsletter.content.library import Library
from newsletter.errors import ContentError, Problem
from newsletter.model.content import INLINE_KINDS
from newsletter.model.site import Site
from newsletter.web.studio.visit import Form

LABELS = {
    "title": "Title",
    "kind": "Kind",
    "interest": "For readers who want",
    "heading": "Heading",
    "body": "Words",
    "image": "Picture",
    "alt": "What the picture shows",
    "link": "Link",
    "link_text": "What the link says",
    "evidence": "Evidence",
}


@dataclass(frozen=True, slots=True)
class SnippetForm:
    """What the fields hold.

    Attributes:
        said: field -> text.
        problems: field -> what is wrong with it, in the checker's words.
        others: what is wrong elsewhere.
    """

    said: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, str] = field(default_factory=dict)
    others: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> str:
        return self.said.get(name, "")


def form_of(document: SnippetDocument) -> dict[str, str]:
    """What a snippet says now; raises ContentError when it can not be read at all."""
    return {name: written(document.text, name, document.name) for name in SNIPPET_FIELDS}


def typed(form: Form) -> dict[str, str | None]:
    """What a person wants a snippet to say. Without a picture there is no text for one."""
    said: dict[str, str | None] = {
        name: form.raw(name) for name in SNIPPET_FIELDS if form.has(name)
    }
    if "alt" in said and not (said.get("image") or "").strip():
        said["alt"] = None
    return said


def judged(said: Mapping[str, str | None], problems: Iterable[Problem], text: str) -> SnippetForm:
    """The form again, each problem beside its field.

    Args:
        text: the snippet's file as it would be, which the problems' lines are of.
    """
    beside: dict[str, str] = {}
    others: list[str] = []
    for problem in problems:
        name = _field_at(text, problem)
        words = f"{problem.message} {problem.hint}".strip()
        if name in LABELS:
            beside[name] = f"{beside[name]} {words}" if name in beside else words
        else:
            others.append(words)
    values = {name: value or "" for name, value in said.items()}
    return SnippetForm(values, beside, tuple(others))


def choices(site: Site) -> dict[str, object]:
    """What can be chosen in the form."""
    found = Library(site)
    interests = [(each.slug, each.label) for each in site.interests]
    return {
        "labels": LABELS,
        "kinds": [(kind, kind.capitalize()) for kind in found.kinds if kind not in INLINE_KINDS],
        "interests": [("", "As usual for its kind"), ("everyone", "Everyone"), *interests],
        "pictures": list(found.pictures),
        "topics": list(found.topics),
    }


def _field_at(text: str, problem: Problem) -> str:
    """The field that a problem's line belongs to; empty for the file as a whole."""
    missing = problem.message.partition(" is missing")
    if missing[1] and missing[0] in LABELS:
        return missing[0]  # what is not there has no line
    try:
        document = split_document(text, problem.place.path)
    except ContentError:
        return ""
    line = problem.place.line
    if line >= document.body_line or problem.message.startswith("It says nothing"):
        return BODY
    keys = [key.text for key, _ in document.settings.entries if 0 < key.line <= line]
    return keys[-1] if keys else ""
