"""The mark of what somebody was shown: a decision counts for that and for nothing else."""

from __future__ import annotations

from hashlib import sha256

import orjson

from newsletter.errors import BlockedError
from newsletter.model.finding import Finding, Severity
from newsletter.publishing import Composition
from newsletter.rendering import list_id
from newsletter.store.frozen import audience_json, sender_json


class Changed(BlockedError):
    """The files make something else than what was decided on."""


def seen_mark(composition: Composition) -> str:
    """Names everything an approval would freeze; 64 hexadecimal characters.

    The bytes of every variant and picture, who gets them, and who they are from.
    """
    made, issue = composition.renditions, composition.issue
    told = {
        "issue": [issue.number, issue.slug],
        "variants": {each.variant: each.sha256 for each in made.renditions},
        "interests": {each.variant: list(each.interests) for each in made.renditions},
        "pictures": sorted(each.filename for each in made.pictures),
        "audience": audience_json(issue.audience),
        "sender": sender_json(composition.site.sender),
        "list": list_id(composition.site),
    }
    return sha256(orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).hexdigest()


def require_seen(composition: Composition, seen: str) -> None:
    """Refuse a decision on something else.

    Raises Changed.
    """
    if seen_mark(composition) != seen:
        raise Changed(
            "The letter changed while you were reading it, so nothing was decided. "
            "This is how it is now; please look at it again."
        )


def finding_key(found: Finding) -> str:
    """Names a finding, whichever variants it is found in; 16 hexadecimal characters."""
    told = f"{found.rule}\n{found.place}\n{found.message}"
    return sha256(told.encode()).hexdigest()[:16]


def warnings_of(composition: Composition) -> dict[str, Finding]:
    """What has to be accepted one by one, by key: warnings that the issue does not allow."""
    return {
        finding_key(found): found
        for found in composition.findings
        if found.severity is Severity.WARNING and not found.acknowledged
    }
