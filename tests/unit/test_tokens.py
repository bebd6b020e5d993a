"""Marks in links."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.errors import UsageError
from newsletter.tokens import Mark, Purpose, Signer

OLD, NEW = "an old secret of the site", "a new secret of the site"
ids = st.integers(min_value=0, max_value=2**56 - 1)
abouts = st.integers(min_value=0, max_value=2**64 - 1)


@given(st.sampled_from(Purpose), ids, abouts)
def test_a_mark_says_what_it_was_made_with(purpose: Purpose, subscriber: int, about: int) -> None:
    """Reading gives back purpose, subscriber and delivery, in 44 URL-safe characters."""
    signer = Signer([NEW])
    mark = signer.mark(purpose, subscriber, about)
    assert len(mark) == 44
    assert mark.replace("-", "").replace("_", "").isalnum()
    assert signer.read(purpose, mark) == Mark(purpose, subscriber, about)


@given(st.sampled_from(Purpose), st.lists(st.tuples(ids, abouts), max_size=20))
def test_many_marks_are_those_made_one_by_one(
    purpose: Purpose, pairs: list[tuple[int, int]]
) -> None:
    """Made a batch at a time they are the same, in the same order."""
    signer = Signer([NEW, OLD])
    made = signer.marks(purpose, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
    assert made == [signer.mark(purpose, *pair) for pair in pairs]


@pytest.mark.parametrize(("subscriber", "about"), [(-1, 0), (2**56, 0), (0, -1), (0, 2**64)])
def test_an_id_that_does_not_fit_makes_no_mark(subscriber: int, about: int) -> None:
    """Neither alone nor among others: cut to size it would be somebody else's."""
    with pytest.raises(OverflowError, match="do not fit"):
        Signer([NEW]).mark(Purpose.VIEW, subscriber, about)
    with pytest.raises(OverflowError, match="do not fit"):
        Signer([NEW]).marks(Purpose.VIEW, [7, subscriber], [9, about])


@pytest.mark.parametrize("made_for", Purpose)
@pytest.mark.parametrize("used_for", Purpose)
def test_a_mark_serves_one_purpose(made_for: Purpose, used_for: Purpose) -> None:
    """A mark made for one purpose is refused for every other."""
    signer = Signer([NEW])
    read = signer.read(used_for, signer.mark(made_for, 7, 9))
    assert (read is not None) == (made_for is used_for)


def test_a_retired_key_still_verifies() -> None:
    """After rotation old links work, new ones are signed with the new key only."""
    rotated = Signer([NEW, OLD])
    old_mark = Signer([OLD]).mark(Purpose.UNSUBSCRIBE, 7)
    assert rotated.read(Purpose.UNSUBSCRIBE, old_mark) == Mark(Purpose.UNSUBSCRIBE, 7, 0)
    new_mark = rotated.mark(Purpose.UNSUBSCRIBE, 7)
    assert Signer([OLD]).read(Purpose.UNSUBSCRIBE, new_mark) is None
    assert Signer([NEW]).read(Purpose.UNSUBSCRIBE, new_mark) is not None


def test_any_altered_character_is_refused() -> None:
    """Each single changed character of a mark makes it worthless, its spelling included."""
    signer = Signer([NEW])
    mark = signer.mark(Purpose.UNSUBSCRIBE, 123456, 654321)
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for index, kept in enumerate(mark):
        for other in alphabet:
            if other != kept:
                altered = mark[:index] + other + mark[index + 1 :]
                assert signer.read(Purpose.UNSUBSCRIBE, altered) is None


@given(st.text(max_size=60))
def test_anything_else_is_refused_quietly(text: str) -> None:
    """Whatever stands in the address, reading never raises."""
    assert Signer([NEW]).read(Purpose.VIEW, text) is None


@pytest.mark.parametrize("secrets", [[], ["short"], [NEW, ""]])
def test_a_weak_secret_is_refused(secrets: list[str]) -> None:
    """A missing or short secret is a usage error that says what to set."""
    with pytest.raises(UsageError, match="NEWSLETTER_SECRET_KEYS"):
        Signer(secrets)


def test_the_secret_is_not_shown() -> None:
    """Neither repr nor fingerprints tell the secret; fingerprints tell keys apart."""
    signer = Signer([NEW, OLD])
    assert NEW not in repr(signer)
    assert len(set(signer.fingerprints)) == 2
    assert signer.fingerprint == signer.fingerprints[0]
