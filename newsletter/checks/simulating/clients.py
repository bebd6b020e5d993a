"""The clients, each with the rules beyond the facts of what it does to a mail."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree, html
from lxml.html import HtmlElement

from newsletter.checks.clients.facts import facts
from newsletter.checks.css.syntax import StyleRule
from newsletter.checks.simulating import word
from newsletter.checks.simulating.log import Log, Simulation
from newsletter.checks.simulating.stripping import Stripper, keep_rules

GMAIL_STYLES = 16 * 1024
"""Bytes of style blocks that Gmail keeps; what goes beyond is dropped block by block."""

Step = Callable[[HtmlElement, Log], None]
_ATTRIBUTE = re.compile(r"\[[^\]]*\]")
_GMAIL_ATTRIBUTE = re.compile(r"\[\s*class\s*~=[^\]]*\]")
_YAHOO_ATTRIBUTE = re.compile(r"\[[\w-]+\s*=[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Client:
    """A client to imitate.

    Attributes:
        slug: in addresses.
        name: for people.
        column: its name in the facts; empty when it changes nothing.
        steps: rules beyond the facts, applied before them.
        reads_conditions: whether conditional comments mean anything to it.
    """

    slug: str
    name: str
    column: str
    steps: tuple[Step, ...] = ()
    reads_conditions: bool = False


def simulate(source: str, client: Client) -> Simulation:
    """A mail roughly as a client shows it.

    Args:
        source: the final HTML.
        client: one of `CLIENTS`.

    Returns:
        The changed HTML and the list of what was changed; for a client that changes nothing
        the same bytes.
    """
    log = Log()
    if not client.column:
        return Simulation(source, ())
    if client.reads_conditions:
        source = word.read_conditions(source, log)
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True)
    root = html.document_fromstring(source.encode(), parser=parser)
    if not client.reads_conditions:
        _forget_comments(root, log)
    for step in client.steps:
        step(root, log)
    Stripper(facts(), client.column, log).strip(root)
    written = etree.tostring(root, method="html", encoding="unicode", doctype="<!DOCTYPE html>")
    return Simulation(written, log.changes())


def _forget_comments(root: HtmlElement, log: Log) -> None:
    """Only Word looks into `<!--[if mso]>`; to others it is a comment, and shows nothing."""
    for comment in list(root.iter(etree.Comment)):
        if (comment.text or "").lstrip().startswith(("[if", "<![endif")):
            comment.drop_tree()
            log.add("a comment for Outlook taken out", "Microsoft, conditional comments")


def _no_styles_in_body(root: HtmlElement, log: Log) -> None:
    """Gmail keeps style blocks in the head only (html-style, note 1)."""
    for style in [one for body in root.iter("body") for one in body.iter("style")]:
        style.drop_tree()
        log.add("<style> in the body taken out", "html-style")


def _few_styles(root: HtmlElement, log: Log) -> None:
    """Gmail keeps 16 KB of style blocks (Google, "CSS Support", developers.google.com/gmail)."""
    kept = 0
    for style in list(root.iter("style")):
        kept += len((style.text or "").encode())
        if kept > GMAIL_STYLES:
            style.drop_tree()
            log.add("<style> beyond 16 KB taken out", "Google, CSS Support")


def _class_attributes_only(root: HtmlElement, log: Log) -> None:
    """Gmail knows `[class~=name]` and no other attribute selector (css-selector-attribute, 5)."""
    _only_attributes(root, _GMAIL_ATTRIBUTE, log)


def _exact_attributes_only(root: HtmlElement, log: Log) -> None:
    """Yahoo knows `[name=value]` and no other attribute selector (css-selector-attribute, 4)."""
    _only_attributes(root, _YAHOO_ATTRIBUTE, log)


def _only_attributes(root: HtmlElement, known: re.Pattern[str], log: Log) -> None:
    def keeps(rule: StyleRule) -> bool:
        return all(
            known.fullmatch(attribute)
            for selector in rule.selectors
            for attribute in _ATTRIBUTE.findall(selector)
        )

    keep_rules(root, keeps, "a rule taken out for its selector", "css-selector-attribute", log)


def _no_styles(root: HtmlElement, log: Log) -> None:
    """Gmail's apps drop style blocks in accounts of other providers (html-style, note 2)."""
    for style in list(root.iter("style")):
        style.drop_tree()
        log.add("<style> taken out", "html-style")


_GMAIL: tuple[Step, ...] = (_no_styles_in_body, _few_styles, _class_attributes_only)

CLIENTS: tuple[Client, ...] = (
    Client("gmail", "Gmail on the web", "gmail.desktop-webmail", _GMAIL),
    Client("gmail-other", "Gmail app, other accounts", "gmail.android", (_no_styles,)),
    Client(
        "outlook", "Outlook on Windows", "outlook.windows", (word.lay_out,), reads_conditions=True
    ),
    Client("outlook-com", "Outlook.com", "outlook.outlook-com"),
    Client("yahoo", "Yahoo", "yahoo.desktop-webmail", (_exact_attributes_only,)),
    Client("apple", "Apple Mail", ""),
)
