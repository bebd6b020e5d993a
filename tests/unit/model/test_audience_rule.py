"""The grammar of an audience, whatever file it stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from newsletter.model.audience import Audience
from newsletter.model.audience_rule import read_audience
from newsletter.model.site import Attribute

ATTRIBUTES = (Attribute("clinic", "Clinic", ("berlin", "hamburg")), Attribute("city", "City"))
NAMED = {"berlin": Audience("", attributes=(("clinic", ("berlin",)),))}
DAY = date(2026, 1, 2)
# A busy machine is no reason to fail.
CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("everyone", Audience()),
        ("berlin", Audience("berlin", attributes=(("clinic", ("berlin",)),))),
        ({"tags": "vip"}, Audience("", tags=("vip",))),
        ({"tags": ["a", "b"]}, Audience("", tags=("a", "b"))),
        ({"city": "Anywhere"}, Audience("", attributes=(("city", ("Anywhere",)),))),
        ({"received": 11}, Audience("", received=(11,))),
        ({"joined_after": DAY, "joined_before": "2026-01-02"}, Audience("", (), (), DAY, DAY)),
        ({"not": {"tags": ["a"]}}, Audience("", excluding=Audience("", tags=("a",)))),
        (
            {"tags": ["a"], "not": "berlin"},
            Audience("", tags=("a",), excluding=Audience("berlin", NAMED["berlin"].attributes)),
        ),
    ],
)
def test_a_rule_is_read(value: Any, rule: Audience) -> None:
    """A name, conditions that must all hold, a list for any of its values."""
    assert read_audience(value, ATTRIBUTES, NAMED) == (rule, ())


@pytest.mark.parametrize(
    ("value", "keys"),
    [
        ("nobody", ()),
        (12, ()),
        (None, ()),
        ([], ()),
        ({}, ()),
        ({"tags": []}, ("tags",)),
        ({"tags": [1]}, ("tags",)),
        ({"tags": {"a": 1}}, ("tags",)),
        ({"received": True}, ("received",)),
        ({"received": [0]}, ("received",)),
        ({"joined_after": 2026}, ("joined_after",)),
        ({"clinic": ["munich"]}, ("clinic",)),
        ({"not": {"not": {"vip": 1}}}, ("not", "not", "vip")),
        ({"not": "everyone"}, ("not",)),
    ],
)
def test_a_wrong_rule_says_where(value: Any, keys: tuple[str, ...]) -> None:
    """A fault carries the keys that lead to it, so that a reader of files can name the line."""
    _, faults = read_audience(value, ATTRIBUTES, NAMED)
    assert [fault.keys for fault in faults] == [keys]
    assert all(fault.message for fault in faults)


names = st.sampled_from(["tags", "not", "received", "joined_after", "clinic", "berlin"]) | st.text()
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.dates() | st.datetimes() | names,
    lambda inner: st.lists(inner) | st.dictionaries(names, inner),
    max_leaves=8,
)


@CALM
@given(values)
def test_any_value_is_read_or_refused(value: Any) -> None:
    """Whatever a file holds there, the answer is a rule or faults."""
    rule, faults = read_audience(value, ATTRIBUTES, NAMED)
    assert faults or rule == Audience() or rule.name in NAMED or rule.name == ""
