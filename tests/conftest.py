"""Shared by all tests: an environment without secrets, and a loud list of what was skipped."""

from __future__ import annotations

import os

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests import compiling

# The machine decides how fast an example runs, so no example fails for being slow.
settings.register_profile("newsletter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsletter")
compiling.share()

_ON_POSTGRESQL_WHEN_LONG = (
    "tests/faults/test_applying",
    "tests/faults/test_consent",
    "tests/faults/test_correcting",
    "tests/faults/test_feedback",
    "tests/faults/test_found_by_simulation",
    "tests/faults/test_kills.py::test_killed_at_a_named_point",
    "tests/faults/test_machine",
    "tests/faults/test_provider",
    "tests/faults/test_telling",
    "tests/faults/test_zones",
    "tests/unit/accounts/",
    "tests/unit/dispatching/",
    "tests/unit/feedback/",
    "tests/unit/publishing/",
    "tests/unit/reviewing/",
    "tests/unit/safekeeping/",
    "tests/unit/scheduling/",
    "tests/unit/subscribing/",
    "tests/unit/web/",
)
_SECRETS = ("SENDGRID_", "NEWSLETTER_", "DATABASE_URL")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(_SECRETS):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _no_log_set_up_by_others() -> None:
    """A command that ran in this process set the log up; a test begins as a library user does."""
    structlog.reset_defaults()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The short form has PostgreSQL for the store, the contracts and what is killed.

    Use cases and the other faults run there in the long form; on SQLite they always do.
    """
    for item in items:
        is_use_case = any(name in item.nodeid for name in _ON_POSTGRESQL_WHEN_LONG)
        if is_use_case and item.get_closest_marker("postgres"):
            item.add_marker(pytest.mark.long)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested, where nobody can overlook it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        reasons = sorted({report.longrepr[2] for report in skipped})
        terminalreporter.section(f"NOT TESTED: {len(skipped)} skipped", red=True, bold=True)
        for reason in reasons:
            terminalreporter.write_line(f"  {reason}")
