"""Shared by all tests: an environment without secrets, and a loud list of what was skipped."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

# The machine decides how fast an example runs, so no example fails for being slow.
settings.register_profile("newsletter", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("newsletter")

_SECRETS = ("SENDGRID_", "NEWSLETTER_", "DATABASE_URL")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith(_SECRETS):
            monkeypatch.delenv(name)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was not tested, where nobody can overlook it."""
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        reasons = sorted({report.longrepr[2] for report in skipped})
        terminalreporter.section(f"NOT TESTED: {len(skipped)} skipped", red=True, bold=True)
        for reason in reasons:
            terminalreporter.write_line(f"  {reason}")
