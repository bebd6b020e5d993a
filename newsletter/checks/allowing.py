"""What an issue allows with a reason, and that it may (W03)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from newsletter.errors import nearest
from newsletter.model.content import Issue
from newsletter.model.finding import Finding, Severity

ID = "W03"
CLAIM = "What `allow` names is a rule that may be allowed, and found something."
WHY = "A rule that protects readers can not be switched off, and a leftover would hide the next."
MEND = "Mend the letter, or take the line out of `allow`."
_PROTECTS = ("R", "E", "Y")
_PROTECTED = frozenset({"S02", "S04", "H01", "H02", "T01", "P01", "M01", ID})


def may_be_allowed(rule: str) -> bool:
    """Whether an issue may allow what this rule finds; not what protects its readers."""
    return not rule.startswith(_PROTECTS) and rule not in _PROTECTED


def with_allowed(
    findings: Iterable[Finding], issue: Issue, *, known: Collection[str], judged: Collection[str]
) -> tuple[Finding, ...]:
    """The findings, those that the issue allows with its reason, and what is wrong with `allow`.

    Args:
        findings: of the rules.
        known: ids of all rules.
        judged: ids of those that could be checked wholly.
    """
    reasons = {each.rule: each.because for each in issue.allowed if may_be_allowed(each.rule)}
    told = tuple(
        replace(found, acknowledged=reasons[found.rule]) if found.rule in reasons else found
        for found in findings
    )
    silent = {rule for rule in judged if rule not in {found.rule for found in told}}
    return (*told, *_wrong(issue, silent, known))


def _wrong(issue: Issue, silent: set[str], known: Collection[str]) -> Iterator[Finding]:
    for each in issue.allowed:
        severity = Severity.ERROR
        if each.rule not in known:
            message = f'There is no rule "{each.rule}". {nearest(each.rule, known)}'
        elif not may_be_allowed(each.rule):
            message = f"{each.rule} protects readers and can not be allowed."
        elif each.rule in silent:
            severity, message = Severity.WARNING, f"{each.rule} finds nothing here any more."
        else:
            continue
        yield Finding(ID, severity, f"{message} {MEND}", each.place)
