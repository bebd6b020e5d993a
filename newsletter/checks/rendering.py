"""R: the bytes came out of the renderer whole (R01 to R08)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import defs

from newsletter.checks import stylesheets
from newsletter.checks.columns import room_for
from newsletter.checks.rule import Fault, Rule, Specimen, rule
from newsletter.model.finding import Severity

_DOCTYPE = re.compile(r"\s*<!doctype html\s*>", re.IGNORECASE)
_RUST_ESCAPE = re.compile(r'\\(?:u\{[0-9a-fA-F]+\}|[nrt"]|$)')
_UNRESOLVED = re.compile(
    r"\{\{[^{}]*\}\}"  # a whole expression
    r"|\{\{\s*\w+\.\w+"  # the beginning of one that names a field
    r"|\{%[^{}]*%\}"  # a statement
    r"|\{%[-+]?\s*(?:if|elif|else|for|end[a-z]+|set|block|macro|include|import)\b"
    r"|<%[=-]|<%[^<>]*%>"  # the same in other template languages
)
_UNRESOLVED_IN_URL = re.compile(r"%7B%7B|%7B%25", re.IGNORECASE)
_URL_ATTRIBUTES = frozenset({"href", "src", "background", "action", "poster", "srcset"})
_CONDITION = re.compile(r"<!--\[if[^\]]*\]>(?P<shown>\s*<!--(?:\s*-)?->|<!-->)?|<!\[endif\]-->")
_LEFT_OVER = re.compile(r"<(mj[a-z]*(?:-[a-z]+)*)[\s/>]", re.IGNORECASE)
_ACTIVE = frozenset({"script", "form", "iframe", "frame", "object", "embed", "applet", "base"})
_ACTIVE_SCHEME = re.compile(r"(?:javascript|vbscript):", re.IGNORECASE)
_IGNORED_IN_URL = re.compile(r"[\x00-\x20]")


@rule(
    "R01",
    Severity.ERROR,
    claim="The HTML part begins with `<!DOCTYPE html>`.",
    why="Without it clients lay out in quirks mode: tables inherit nothing and gaps appear "
    "(WHATWG HTML, 13.1.1).",
    mend="Keep the layout's `<mjml>` root; the renderer writes the doctype.",
)
def doctype(specimen: Specimen) -> Iterator[Fault]:
    """R01."""
    if not _DOCTYPE.match(specimen.rendition.html):
        yield Fault("The HTML part does not begin with <!DOCTYPE html>.")


def _authored(specimen: Specimen) -> frozenset[str]:
    snippets = (section.snippet for section in specimen.sections)
    return frozenset(snippet.alt for snippet in snippets)


@rule(
    "R02",
    Severity.ERROR,
    claim=r"No attribute holds a literal `\n`, `\"` or `\u{...}`.",
    why="The MJML compiler writes attribute values with Rust's debug escaping; readers of "
    "the alternative text would meet the escapes.",
    mend="Report it: the renderer's guard against this missed a value.",
)
def escapes(specimen: Specimen) -> Iterator[Fault]:
    r"""R02. Alternative text that was authored with a backslash (`C:\new`) is left alone."""
    authored = _authored(specimen)
    for attribute in specimen.document.attributes:
        found = _RUST_ESCAPE.search(attribute.value)
        if found and attribute.value not in authored:
            yield Fault(
                f'The attribute {attribute.name} of <{attribute.tag}> holds "{found.group()}": '
                f'"{_short(attribute.value)}".'
            )


@rule(
    "R03",
    Severity.ERROR,
    claim="Nothing is left unresolved: no template syntax and no unknown merge tag.",
    why="A reader would see `{{ first_name }}` where a name belongs.",
    mend="Look for a misspelt field or a template that is not closed.",
)
def unresolved(specimen: Specimen) -> Iterator[Fault]:
    """R03. Lone braces, as in CSS or in `{a: {b: 1}}`, resolve to themselves."""
    rendition = specimen.rendition
    parts = {
        "subject": rendition.subject,
        "preheader": rendition.preheader,
        "text part": rendition.text,
        "HTML part": "\n".join(_readable(specimen)),
    }
    for name, text in parts.items():
        yield from (Fault(f'The {name} holds "{_short(found)}".') for found in _leftovers(text))
    for attribute in specimen.document.attributes:
        if attribute.name in _URL_ATTRIBUTES and _UNRESOLVED_IN_URL.search(attribute.value):
            yield Fault(f'The address "{_short(attribute.value)}" holds template syntax.')
    yield from _unknown_tokens(specimen)


def _readable(specimen: Specimen) -> Iterator[str]:
    document = specimen.document
    yield from document.texts
    yield from (attribute.value for attribute in document.attributes)
    yield from document.outlook


def _leftovers(text: str) -> list[str]:
    return list(dict.fromkeys(match.group() for match in _UNRESOLVED.finditer(text)))


def _unknown_tokens(specimen: Specimen) -> Iterator[Fault]:
    rendition = specimen.rendition
    if not rendition.nonce:
        return
    parts = (rendition.subject, rendition.preheader, rendition.html, rendition.text)
    rest = "\n".join(parts)
    for tag in rendition.merge_tags:
        rest = rest.replace(tag.token, "")
    if rendition.nonce in rest:
        yield Fault("A merge tag stands in the bytes that no value will replace.")


@rule(
    "R04",
    Severity.ERROR,
    claim="Conditional comments are balanced.",
    why="An open one hides the rest of the mail, in Outlook or everywhere else.",
    mend="Close every `<!--[if ...]>` of the template with its own `<![endif]-->`.",
)
def conditional_comments(specimen: Specimen) -> Iterator[Fault]:
    """R04. A hidden one also ends early at any `-->`, which counting would not see."""
    source = specimen.rendition.html
    opened: re.Match[str] | None = None
    for mark in _CONDITION.finditer(source):
        opens = mark.group().startswith("<!--[if")
        if opens == (opened is not None):
            yield Fault(f"A conditional comment is not balanced near {_near(source, mark)}.")
        elif not opens and opened and _ends_early(source, opened, mark):
            yield Fault(f"A comment ends inside a conditional one near {_near(source, opened)}.")
        opened = mark if opens else None
    if opened is not None:
        yield Fault(f"A conditional comment is never closed: {_near(source, opened)}.")


def _ends_early(source: str, opened: re.Match[str], closed: re.Match[str]) -> bool:
    return not opened["shown"] and "-->" in source[opened.end() : closed.start()]


def _near(source: str, mark: re.Match[str]) -> str:
    return f'"{_short(source[mark.start() : mark.start() + 60])}"'


@rule(
    "R05",
    Severity.ERROR,
    claim="No MJML tag and no unknown tag is left in the HTML.",
    why="The MJML compiler passes on what it does not know, and clients drop it with what it "
    "holds. The source itself is checked before it is compiled.",
    mend="Correct the tag's name or its nesting in the template.",
)
def left_over_tags(specimen: Specimen) -> Iterator[Fault]:
    """R05. Words and classes such as `mj-column-per-50` are no tags."""
    names = [str(element.tag) for element in specimen.document.elements]
    hidden = (name for text in specimen.document.outlook for name in _LEFT_OVER.findall(text))
    for name in dict.fromkeys((*names, *hidden)):
        if name not in defs.tags and ":" not in name:
            yield Fault(f"The HTML holds the tag <{name}>, which no client knows.")


@rule(
    "R06",
    Severity.WARNING,
    claim="`!important` is kept in every `@media` block.",
    why="Inlined styles beat a style block, so without it the phone and dark layouts never apply.",
    mend="Write `!important` behind the declarations of the block.",
)
def important(specimen: Specimen) -> Iterator[Fault]:
    """R06. One kept declaration proves that the block was not stripped; not all need it."""
    for block in stylesheets.media_blocks(specimen.document):
        if stylesheets.was_stripped(block):
            yield Fault(f'The block "{_short(block.condition)}" has no !important.')


@rule(
    "R07",
    Severity.WARNING,
    claim="Each image's `width` is a number, no wider than its column.",
    why="Outlook on Windows ignores CSS widths and shows the image at its own size.",
    mend="Give the image a width in pixels that fits.",
)
def image_width(specimen: Specimen) -> Iterator[Fault]:
    """R07."""
    for image in specimen.document.named("img"):
        width, room = image.get("width", ""), room_for(image)
        name = f'The image "{_short(image.get("alt") or image.get("src") or "")}"'
        if not width.isdecimal():
            yield Fault(f'{name} has the width "{width}".', element=image)
        elif int(width) > room:
            told = f"{name} is {width} px wide in a column of {room:.0f} px."
            yield Fault(told, element=image)


@rule(
    "R08",
    Severity.ERROR,
    claim="There is no script, form, frame, event handler or `javascript:` address.",
    why="Clients strip them, and filters count mail that has them as hostile.",
    mend="Link to a page that does it instead.",
)
def active_content(specimen: Specimen) -> Iterator[Fault]:
    """R08. The words `onclick` and `javascript:` may be read; they may not be run."""
    for element in specimen.document.elements:
        if element.tag in _ACTIVE:
            yield Fault(f"The HTML holds a <{element.tag}>.")
    for attribute in specimen.document.attributes:
        value = _IGNORED_IN_URL.sub("", attribute.value)
        if re.fullmatch(r"on[a-z]+", attribute.name):
            yield Fault(f"A <{attribute.tag}> has the event handler {attribute.name}.")
        elif attribute.name in _URL_ATTRIBUTES and _ACTIVE_SCHEME.match(value):
            yield Fault(f'A <{attribute.tag}> leads to "{_short(value)}".')


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= 60 else flat[:59] + "…"


RULES: tuple[Rule, ...] = (
    doctype,
    escapes,
    unresolved,
    conditional_comments,
    left_over_tags,
    important,
    image_width,
    active_content,
)
