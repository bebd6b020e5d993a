"""A report as scripts read it: one JSON document, or rows for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from newsletter.feedback.numbers import Band, Engaged, LinkClicks, Report
from newsletter.model.ledger import DeliveryOutcome, ExclusionReason, Feedback

CSV_HEADER = ("what", "about", "count", "at_most")
"""`count` is the number, or where only a band is known its lower end; then `at_most` is filled."""

Cell = str | int
Line = tuple[str, str, Cell, Cell]


def report_record(report: Report) -> dict[str, Any]:
    """The whole report as one document; every number is explained in docs/marketers.md."""
    handed, heard = report.handed, report.heard
    return {
        "issue": report.issue_number,
        "subject": report.subject,
        "at": _moment(report.at),
        "state": report.state,
        "first_sent_at": _moment(report.first_sent_at),
        "sentences": list(report.sentences),
        "readers": handed.readers,
        "frozen": handed.frozen,
        **{word.value: handed.outcomes.get(word, 0) for word in DeliveryOutcome},
        "excluded_because": {why.value: n for why, n in sorted(handed.excluded.items())},
        "heard_anything": heard.anything,
        **{_word(word): heard.feedback.get(word, 0) for word in Feedback},
        "complaints": heard.complaints,
        "unsubscribes": heard.unsubscribes,
        "engagement": report.engaged and _engaged(report.engaged),
    }


def report_lines(report: Report) -> Iterator[Line]:
    """One line a number and a link: what, about which, how many, at most how many."""
    handed, heard = report.handed, report.heard
    yield "readers", "", handed.readers, ""
    yield "frozen", "", handed.frozen, ""
    for outcome in DeliveryOutcome:
        yield outcome.value, "", handed.outcomes.get(outcome, 0), ""
    for why in ExclusionReason:
        if why in handed.excluded:
            yield "excluded", why.value, handed.excluded[why], ""
    if heard.anything:
        for word in Feedback:
            yield _word(word), "", heard.feedback.get(word, 0), ""
        yield "complaints", "", heard.complaints, ""
    yield "unsubscribes", "", heard.unsubscribes, ""
    if report.engaged is not None:
        yield from _engaged_lines(report.engaged)


def _engaged_lines(engaged: Engaged) -> Iterator[Line]:
    yield "opened", "", engaged.opened.surely, engaged.opened.possible
    yield "clicked", "", engaged.clicked.surely, engaged.clicked.possible
    for snippet in engaged.snippets:
        told = snippet.readers
        yield "clicked in", snippet.place.section, told.surely, told.possible
    for link in engaged.links:
        yield "clicked on", link.url, link.readers.surely, link.readers.possible
    for hour in engaged.hours:
        name = "later" if hour.hour is None else str(hour.hour)
        yield "opened in hour", name, hour.opened.surely, hour.opened.possible
        yield "clicked in hour", name, hour.clicked.surely, hour.clicked.possible


def _engaged(engaged: Engaged) -> dict[str, Any]:
    return {
        "opened": _band(engaged.opened),
        "clicked": _band(engaged.clicked),
        "hours": [
            {"hour": each.hour, "opened": _band(each.opened), "clicked": _band(each.clicked)}
            for each in engaged.hours
        ],
        "snippets": [
            {
                "section": each.place.section,
                "title": each.place.title,
                "shared": each.shared,
                **_band(each.readers),
            }
            for each in engaged.snippets
        ],
        "links": [_link(each) for each in engaged.links],
    }


def _link(link: LinkClicks) -> dict[str, Any]:
    sections = [place.section for place in link.places]
    return {"url": link.url, "sections": sections, **_band(link.readers)}


def _band(band: Band) -> dict[str, int]:
    return {"surely": band.surely, "possible": band.possible}


def _word(word: Feedback) -> str:
    return "no_word_yet" if word is Feedback.NONE else word.value


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
