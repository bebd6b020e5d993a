"""The quick way to the request's bytes beside the plain one."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsletter.model.transport import Batch
from newsletter.transports.sendgrid_body import body
from newsletter.transports.sendgrid_json import ready_body
from tests.peers.batches import make_batch, make_letter, make_recipient

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ['","', '\\","', "a\\", '"', ",", '\\"', "\x00", "\u2028", "Zoë, Müller", ""]
)
links = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
readers = st.builds(
    lambda name, first, link: make_recipient(name=name, values=(first, link), unsubscribe=link),
    words,
    words,
    links,
)


@given(st.lists(readers, max_size=4), words)
def test_whatever_readers_are_called_the_bytes_are_those_of_the_plain_way(
    found: list, attempt: str
) -> None:
    """Quotation marks, commas, backslashes and empty names end up as in one orjson call."""
    batch = Batch(make_letter(), attempt, found)
    assert ready_body(batch) == orjson.dumps(body(batch))


@pytest.mark.parametrize("tags", [(), make_letter().merge_tags[:1]])
def test_letters_with_few_merge_tags(tags: tuple) -> None:
    """No merge tag and one alone make the same bytes both ways."""
    values = ("x",) * len(tags)
    found = [make_recipient(number, values=values) for number in (1, 2)]
    batch = Batch(make_letter(merge_tags=tags), "a", found)
    assert ready_body(batch) == orjson.dumps(body(batch))


def test_a_domain_beyond_ascii_is_written_for_dns() -> None:
    """The address goes through the same change as in the plain way."""
    batch = Batch(make_letter(), "a", [make_recipient(email="zoe@bücher.test")])
    assert b"zoe@xn--bcher-kva.test" in ready_body(batch)


def test_a_reader_without_an_unsubscribe_address_is_a_test_mail() -> None:
    """Its personalization has no headers, also among readers who have some."""
    batch = Batch(make_letter(), "a", [make_recipient(1), make_recipient(2, unsubscribe="")])
    assert ready_body(batch) == orjson.dumps(body(batch))


def test_what_is_no_unicode_is_refused_not_sent() -> None:
    """A lone surrogate raises as orjson does."""
    with pytest.raises(orjson.JSONEncodeError):
        ready_body(Batch(make_letter(), "a", [make_recipient(name="\ud800")]))
    assert ready_body(make_batch(2))


def test_a_site_that_keeps_nothing_has_nothing_followed() -> None:
    """Opens and clicks of issues are turned off in the request, the same both ways."""
    batch = make_batch()
    told = orjson.loads(ready_body(batch, followed=False))
    assert told == orjson.loads(orjson.dumps(body(batch, followed=False)))
    assert told["tracking_settings"] == {
        "subscription_tracking": {"enable": False},
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
    }
