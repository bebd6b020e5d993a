"""What is kept of accepted mail, and what is counted for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from newsletter.errors import UsageError
from newsletter.sandbox.mailbox import Mailbox
from newsletter.sandbox.options import SandboxOptions
from tests.unit.sandbox.messages import make_message, make_reader

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)


def mailbox_with(*messages: dict[str, Any], **options: Any) -> Mailbox:
    mailbox = Mailbox(SandboxOptions(**options))
    for message in messages:
        mailbox.accept(message, json.dumps(message).encode(), "request", NOW)
    return mailbox


def readers(first: int, count: int) -> dict[str, Any]:
    return make_message(personalizations=[make_reader(first + n) for n in range(count)])


def addresses(mailbox: Mailbox, **wanted: Any) -> list[str]:
    return [mail.to[0].email for mail in mailbox.page(**wanted).mails]


def test_a_reader_gets_their_own_mail() -> None:
    """Substitutions are replaced in subject, text and HTML; args and headers are merged."""
    (mail,) = mailbox_with(make_message(readers=3)).page(to="Reader2@example.test").mails
    assert mail.subject == "Hello First2"
    assert mail.text == "Dear First2, leave: https://x.test/u/2"
    assert mail.html == "<head></head><p>Dear First2</p>"
    assert mail.custom_args == {"nl_site": "s1", "nl_delivery": "site.2", "nl_attempt": "1"}
    assert mail.headers == {
        "List-Id": "Lumen <news.lumen.test>",
        "List-Unsubscribe": "<https://x.test/u/2>",
    }


def test_substitution_is_plain_replacement() -> None:
    """Values go in raw, wherever the tag stands, and not into headers and custom args."""
    reader = make_reader(
        substitutions={"nlx1": "<b>&"}, headers={"X-A": "nlx1"}, custom_args={"a": "nlx1"}
    )
    html = {"type": "text/html", "value": '<a href="nlx1">nlx1x</a>'}
    (mail,) = mailbox_with(make_message(personalizations=[reader], content=[html])).page().mails
    assert mail.html == '<a href="<b>&"><b>&x</a>'
    assert (mail.headers["X-A"], mail.custom_args["a"], mail.text) == ("nlx1", "nlx1", "")


def test_personal_values_win() -> None:
    """A reader's subject, sender and header go before those of the message."""
    own = make_reader(
        subject="For nlx1", headers={"List-Id": "own"}, **{"from": {"email": "own@lumen.test"}}
    )
    (mail,) = mailbox_with(make_message(personalizations=[own])).page().mails
    assert (mail.subject, mail.sender.email) == ("For First0", "own@lumen.test")
    assert mail.headers["List-Id"] == "own"


def test_newest_request_first_in_pages() -> None:
    """Pages cut the list of all requests without a gap or an overlap."""
    mailbox = mailbox_with(readers(0, 3), readers(10, 1), readers(20, 3))
    numbers = [20, 21, 22, 10, 0, 1, 2]
    expected = [f"reader{number}@example.test" for number in numbers]
    assert addresses(mailbox) == expected
    for size in (1, 2, 3, 5):
        pages = [addresses(mailbox, offset=at, limit=size) for at in range(0, 7, size)]
        assert [address for page in pages for address in page] == expected
    assert addresses(mailbox, offset=7) == []


def test_search() -> None:
    """A search finds parts of addresses and of finished subjects, in any case."""
    mailbox = mailbox_with(readers(0, 12), make_message(subject="Another"))
    assert addresses(mailbox, query="READER11") == ["reader11@example.test"]
    assert addresses(mailbox, query="hello first7") == ["reader7@example.test"]
    assert addresses(mailbox, query="another", to="reader0@example.test") == [
        "reader0@example.test"
    ]
    assert mailbox.page(query="reader", limit=2).total == 13
    assert addresses(mailbox, query="nlx1") == []


def test_the_oldest_are_forgotten_but_counted() -> None:
    """Beyond the bound the oldest requests go; the accounting stays whole."""
    mailbox = mailbox_with(*(readers(n, 10) for n in range(0, 50, 10)), most_recipients=20)
    assert mailbox.kept == 20
    assert addresses(mailbox, to="reader5@example.test") == []
    assert addresses(mailbox, to="reader35@example.test") == ["reader35@example.test"]
    assert mailbox.get("1-5") is None
    assert len(mailbox.accounting.times) == mailbox.accounting.recipients == 50


def test_bytes_are_bounded_too() -> None:
    """Large requests make room for each other; the newest is always kept."""
    mailbox = mailbox_with(readers(0, 5), readers(10, 5), most_bytes=10)
    assert addresses(mailbox, limit=1) == ["reader10@example.test"]
    assert mailbox.kept == 5


def test_an_address_seen_twice_keeps_its_later_mail() -> None:
    """Forgetting a request leaves the later mails of the same reader in the index."""
    mailbox = mailbox_with(readers(0, 2), readers(0, 1), readers(5, 1), most_recipients=2)
    assert [mail.id for mail in mailbox.page(to="reader0@example.test").mails] == ["2-0"]


def test_counts_only() -> None:
    """With keep="counts" nothing can be read and all is counted."""
    mailbox = mailbox_with(readers(0, 5), keep="counts")
    assert (mailbox.kept, addresses(mailbox), mailbox.accounting.recipients) == (0, [], 5)


def test_the_same_delivery_twice_is_a_duplicate() -> None:
    """A delivery accepted again is a duplicate, whatever else changed."""
    again = make_message(subject="Changed", personalizations=[make_reader(1)])
    assert mailbox_with(make_message(readers=3), again).accounting.duplicates == 1


def test_another_delivery_to_the_same_address_is_none() -> None:
    """A second issue to the same reader is no duplicate; the address is counted twice."""
    other = make_message(personalizations=[make_reader(0, custom_args={"nl_delivery": "x"})])
    accounting = mailbox_with(make_message(), other).accounting
    assert (accounting.duplicates, accounting.times["reader0@example.test"]) == (0, 2)


@pytest.mark.parametrize(
    ("change", "duplicates"), [({}, 1), ({"substitutions": {"nlx1": "Other"}}, 0)]
)
def test_without_delivery_the_content_decides(change: dict[str, Any], duplicates: int) -> None:
    """Without `nl_delivery`, the same address and the same finished content is a duplicate."""
    first = make_message(personalizations=[make_reader(custom_args=None)])
    second = make_message(personalizations=[make_reader(custom_args=None, **change)])
    assert mailbox_with(first, second).accounting.duplicates == duplicates


def test_cc_and_bcc_are_recipients() -> None:
    """A mail with copies is one mail to several recipients, found under each."""
    copied = make_reader(cc=[{"email": "cc@b.test"}], bcc=[{"email": "bcc@b.test"}])
    mailbox = mailbox_with(make_message(personalizations=[copied]))
    assert mailbox.accounting.recipients == 3
    assert [mail.id for mail in mailbox.page(to="bcc@b.test").mails] == ["1-0"]


@pytest.mark.parametrize("mail_id", ["", "1", "1-", "1-9", "9-0", "-1-0", "a-b", "1-0-0", "٣-0"])
def test_no_such_mail(mail_id: str) -> None:
    """A name that leads nowhere gives nothing, whatever it looks like."""
    assert mailbox_with(make_message()).get(mail_id) is None


def test_a_bound_of_nothing_is_refused() -> None:
    """A mailbox that can hold nothing points to the option that means it."""
    with pytest.raises(UsageError, match='keep="counts"'):
        SandboxOptions(most_recipients=0)
