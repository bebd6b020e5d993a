"""What a check found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from newsletter.errors import Place


class Severity(StrEnum):
    """An error blocks approval, a warning is acknowledged, information informs."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of a check.

    Attributes:
        rule: its id in `docs/checks.md`: `R01`, `S02`.
        message: one sentence: what is wrong and how to mend it.
        place: where in the source; None when it can not be told.
        variant: the Rendition it was found in; empty means all.
        acknowledged: the reason for which the issue allows it; empty when it does not.
    """

    rule: str
    severity: Severity
    message: str
    place: Place | None = None
    variant: str = ""
    acknowledged: str = ""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """A rule, or a part of one, that nobody could judge.

    Attributes:
        rule: its id.
        reason: what was not known, and how to have it asked.
    """

    rule: str
    reason: str
