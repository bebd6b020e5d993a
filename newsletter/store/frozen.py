"""Values of the model as JSON and back, for what an approval freezes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.finding import Finding, Severity
from newsletter.model.merge import Context, MergeTag
from newsletter.model.site import Sender

Json = dict[str, Any]


def audience_json(rule: Audience) -> Json:
    """An audience as JSON; only what is said."""
    told: Json = {
        "name": rule.name,
        "attributes": [[slug, list(values)] for slug, values in rule.attributes],
        "tags": list(rule.tags),
        "joined_after": rule.joined_after.isoformat() if rule.joined_after else None,
        "joined_before": rule.joined_before.isoformat() if rule.joined_before else None,
        "received": list(rule.received),
        "excluding": audience_json(rule.excluding) if rule.excluding else None,
    }
    return {key: value for key, value in told.items() if value}


def read_audience(told: Mapping[str, Any]) -> Audience:
    """The audience that `audience_json` told."""
    excluding = told.get("excluding")
    return Audience(
        name=told.get("name", ""),
        attributes=tuple((slug, tuple(values)) for slug, values in told.get("attributes", ())),
        tags=tuple(told.get("tags", ())),
        joined_after=_day(told.get("joined_after")),
        joined_before=_day(told.get("joined_before")),
        received=tuple(told.get("received", ())),
        excluding=read_audience(excluding) if excluding else None,
    )


def finding_json(finding: Finding) -> Json:
    """A finding as JSON."""
    place = finding.place
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "message": finding.message,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "variant": finding.variant,
        "acknowledged": finding.acknowledged,
    }


def read_finding(told: Mapping[str, Any]) -> Finding:
    """The finding that `finding_json` told."""
    place = Place(told["path"], told["line"] or 0) if told["path"] is not None else None
    return Finding(
        told["rule"],
        Severity(told["severity"]),
        told["message"],
        place,
        told["variant"],
        told.get("acknowledged", ""),
    )


def sender_json(sender: Sender) -> Json:
    """A sender as JSON."""
    return asdict(sender)


def read_sender(told: Mapping[str, Any]) -> Sender:
    """The sender that `sender_json` told."""
    return Sender(**told)


def merge_tag_json(tag: MergeTag) -> list[str]:
    """A merge tag as a short JSON list."""
    return [tag.token, tag.source, tag.default, tag.context.value]


def read_merge_tag(told: list[str]) -> MergeTag:
    """The merge tag that `merge_tag_json` told."""
    token, source, default, context = told
    return MergeTag(token, source, default, Context(context))


def _day(told: str | None) -> date | None:
    return date.fromisoformat(told) if told else None
