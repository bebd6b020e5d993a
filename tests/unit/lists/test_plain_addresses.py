"""The quick look at an address against email-validator."""

from __future__ import annotations

from email_validator import validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from newsletter.subscribing.plain_addresses import is_plain

_TEXT = st.text(alphabet="aZ09-_+.@ü'x", max_size=14)
_LAST = st.sampled_from(["com", "c", "Test", "arpa", "local", "xn--p1ai", "c0m", "co-m", "example"])


@settings(max_examples=500)
@given(_TEXT, _TEXT, _LAST)
@example("a" * 64, "b" * 63, "com")
@example("a" * 65, "b", "com")
@example("a", "b" * 64, "com")
@example("a", "xn--bcher-kva", "com")
@example("a", ".".join(["b" * 60] * 4), "com")
def test_what_looks_plain_is_what_email_validator_says(name: str, host: str, last: str) -> None:
    """Whatever the quick look lets pass, email-validator lets pass as the same address."""
    text = f"{name}@{host}.{last}"
    if is_plain(text):
        checked = validate_email(text, check_deliverability=False, test_environment=True)
        assert checked.normalized.lower() == text.lower()


def test_usual_addresses_are_plain() -> None:
    """Nearly all addresses of a list take the quick way, or it would be of no use."""
    for text in ("Ann@Example.com", "a.b+c_d-e@mail.sub.example.org", "x1@a-b.co"):
        assert is_plain(text)
