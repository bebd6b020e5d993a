"""Readers whose values break letters, made up, and what their mails look like."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from newsletter.checks import Evidence, FilledMail
from newsletter.model.rendition import Rendition, Renditions
from newsletter.model.site import Site
from newsletter.publishing.readers import neutral_reader
from newsletter.rendering import fill, list_headers

_MADE_UP = {
    "a reader without values": "",
    "a reader with long values": "Maria-Theresia Alexandrine von und zu Hohenlohe " * 4,
    "a reader who writes right to left": "שלומית בת־שבע \u202eאבג",
    "a reader with an apostrophe": "Seán O'Neill & Söhne, »the \\1 one«",
    "a hostile reader": "</td></table><script>x()</script>\"' onclick=x {{ y }}\r\nBcc: z@x.test",
}


def with_own_evidence(evidence: Evidence, renditions: Renditions, site: Site) -> Evidence:
    """The evidence, with what needs nobody to be asked: headers, and mails of made-up readers.

    Mails that stand in the evidence already, such as those of the list, are kept.
    """
    made_up = {
        one.variant: filled_mails(one, ((who, reader) for who, reader in _readers(site)))
        for one in renditions.renditions
    }
    given = evidence.filled or {}
    sample = neutral_reader(site)["link.unsubscribe"]
    return replace(
        evidence,
        headers=list_headers(site, sample),
        filled={name: (*mails, *given.get(name, ())) for name, mails in made_up.items()},
    )


def filled_mails(
    rendition: Rendition, readers: Iterable[tuple[str, Mapping[str, str]]]
) -> tuple[FilledMail, ...]:
    """A mail for each reader.

    Args:
        readers: who it is in words, and source -> value.
    """
    return tuple(
        FilledMail(who, fill(rendition, values), _longest_run(values)) for who, values in readers
    )


def _readers(site: Site) -> Iterable[tuple[str, Mapping[str, str]]]:
    for who, value in _MADE_UP.items():
        values = {f"subscriber.{name}": value for name in site.subscriber_fields}
        yield who, {**values, **neutral_reader(site)}


def _longest_run(values: Mapping[str, str]) -> str:
    shown = (value for name, value in values.items() if name.startswith("subscriber."))
    runs = (run for value in shown if "@" not in value for run in value.split())
    return max(runs, key=len, default="")
