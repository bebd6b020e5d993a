"""The vendor's limits, one line a rule."""

from __future__ import annotations

from typing import Any

import pytest

from newsletter.sandbox.validation import validate
from tests.unit.sandbox.messages import make_message, make_reader, with_reader

NOW = 1_800_000_000
HOUR = 3_600
P = "personalizations.0"
TO = {"email": "reader0@example.test"}
PLAIN = {"type": "text/plain", "value": "Hello"}
HTML = {"type": "text/html", "value": "<p>Hello</p>"}
FILE = {"content": "aGk=", "filename": "a.txt"}


def with_to(*people: Any) -> dict[str, Any]:
    return with_reader(to=list(people))


REFUSED = [
    # the message as a whole
    ("not an object", [], None),
    ("unknown key", make_message(persnalizations=[]), "persnalizations"),
    ("no from", make_message(**{"from": None}), "from"),
    ("from without address", make_message(**{"from": {"name": "Lumen"}}), "from.email"),
    ("from a bad address", make_message(**{"from": {"email": "lumen"}}), "from.email"),
    ("from is text", make_message(**{"from": "a@b.test"}), "from"),
    ("unknown key in from", make_message(**{"from": {**TO, "nick": "L"}}), "from.nick"),
    ("no subject", make_message(subject=None), "subject"),
    ("empty subject", make_message(subject=""), "subject"),
    ("line break in the subject", make_message(subject="a\nb"), "subject"),
    ("bad reply_to", make_message(reply_to={"email": "x"}), "reply_to.email"),
    ("both reply_to", make_message(reply_to=TO, reply_to_list=[TO]), "reply_to_list"),
    ("1,001 reply_to", make_message(reply_to_list=[TO] * 1_001), "reply_to_list"),
    ("bad batch_id", make_message(batch_id=7), "batch_id"),
    ("ip_pool_name of 1 letter", make_message(ip_pool_name="x"), "ip_pool_name"),
    ("sections not text", make_message(sections={"a": 1}), "sections.a"),
    # content
    ("no content", make_message(content=None), "content"),
    ("empty content", make_message(content=[]), "content"),
    ("content is text", make_message(content="hello"), "content"),
    ("content without type", make_message(content=[{"value": "x"}]), "content.0.type"),
    ("empty value", make_message(content=[{**PLAIN, "value": ""}]), "content.0.value"),
    ("HTML before text", make_message(content=[HTML, PLAIN]), "content"),
    ("text after another type", make_message(content=[{**PLAIN, "type": "a/b"}, PLAIN]), "content"),
    ("text twice", make_message(content=[PLAIN, PLAIN]), "content.1.type"),
    ("type with charset", make_message(content=[{**PLAIN, "type": "a/b; c"}]), "content.0.type"),
    ("unknown key in content", make_message(content=[{**PLAIN, "id": 1}]), "content.0.id"),
    # categories, attachments, settings
    ("11 categories", make_message(categories=[f"c{n}" for n in range(11)]), "categories"),
    ("category twice", make_message(categories=["a", "a"]), "categories.1"),
    ("category of 256", make_message(categories=["a" * 256]), "categories.0"),
    ("category not ASCII", make_message(categories=["ä"]), "categories.0"),
    ("category a number", make_message(categories=[1]), "categories.0"),
    ("categories is text", make_message(categories="a"), "categories"),
    ("file without name", make_message(attachments=[{"content": "aGk="}]),
     "attachments.0.filename"),
    ("file not Base64", make_message(attachments=[{**FILE, "content": "?"}]),
     "attachments.0.content"),
    (
        "odd disposition",
        make_message(attachments=[{**FILE, "disposition": "x"}]),
        "attachments.0.disposition",
    ),
    ("unknown mail setting", make_message(mail_settings={"x": {}}), "mail_settings.x"),
    (
        "sandbox mode not a boolean",
        make_message(mail_settings={"sandbox_mode": {"enable": 1}}),
        "mail_settings.sandbox_mode.enable",
    ),
    (
        "unknown key in tracking",
        make_message(tracking_settings={"click_tracking": {"on": True}}),
        "tracking_settings.click_tracking.on",
    ),
    ("asm without group", make_message(asm={}), "asm.group_id"),
    ("asm with 26 groups", make_message(asm={"group_id": 1, "groups_to_display": [1] * 26}),
     "asm.groups_to_display"),
    # times
    ("send_at not an integer", make_message(send_at="now"), "send_at"),
    ("send_at after 72 hours", make_message(send_at=NOW + 73 * HOUR), "send_at"),
    ("reader's send_at too late", with_reader(send_at=NOW + 73 * HOUR), f"{P}.send_at"),
    ("send_at true", make_message(send_at=True), "send_at"),
    # headers
    ("reserved header", make_message(headers={"Reply-To": "a@b.test"}), "headers.Reply-To"),
    ("reserved in capitals", with_reader(headers={"DKIM-SIGNATURE": "x"}),
     f"{P}.headers.DKIM-SIGNATURE"),
    ("space in a header", with_reader(headers={"X A": "x"}), f"{P}.headers.X A"),
    ("colon in a header", with_reader(headers={"X:A": "x"}), f"{P}.headers.X:A"),
    ("header not ASCII", with_reader(headers={"X-Ä": "x"}), f"{P}.headers.X-Ä"),
    ("header's value a number", with_reader(headers={"X-A": 1}), f"{P}.headers.X-A"),
    ("line break in a header", with_reader(headers={"X-A": "a\r\nBcc: b"}), f"{P}.headers.X-A"),
    ("header's value not ASCII", with_reader(headers={"X-A": "ä"}), f"{P}.headers.X-A"),
    ("headers null", with_to(TO) | {"headers": []}, "headers"),
    # personalizations
    ("no personalizations", make_message(personalizations=None), "personalizations"),
    ("empty personalizations", make_message(personalizations=[]), "personalizations"),
    ("1,001 personalizations", make_message(readers=1_001), "personalizations"),
    ("personalization is text", make_message(personalizations=["x"]), P),
    ("unknown key", with_reader(substitution={}), f"{P}.substitution"),
    ("empty subject of a reader", with_reader(subject=""), f"{P}.subject"),
    ("reader's from", with_reader(**{"from": {"email": "x"}}), f"{P}.from.email"),
    ("no to", with_reader(to=None), f"{P}.to"),
    ("empty to", with_to(), f"{P}.to"),
    ("to is an object", with_reader(to=TO), f"{P}.to"),
    ("empty cc", with_reader(cc=[]), f"{P}.cc"),
    ("address is text", with_to("a@b.test"), f"{P}.to.0"),
    ("no address", with_to({"name": "A"}), f"{P}.to.0.email"),
    ("address without @", with_to({"email": "reader"}), f"{P}.to.0.email"),
    ("address without a dot", with_to({"email": "a@localhost"}), f"{P}.to.0.email"),
    ("address with a space", with_to({"email": "a b@c.test"}), f"{P}.to.0.email"),
    ("address with line break", with_to({"email": "a@b.test\n"}), f"{P}.to.0.email"),
    ("address not ASCII", with_to({"email": "ä@b.test"}), f"{P}.to.0.email"),
    ("address of 321", with_to({"email": "a" * 314 + "@b.test"}), f"{P}.to.0.email"),
    ("second address bad", with_to(TO, {"email": "x"}), f"{P}.to.1.email"),
    ("name with comma", with_to({**TO, "name": "Brand, Ada"}), f"{P}.to.0.name"),
    ("name with semicolon", with_to({**TO, "name": "a;b"}), f"{P}.to.0.name"),
    ("name a number", with_to({**TO, "name": 1}), f"{P}.to.0.name"),
    ("unknown key in to", with_to({**TO, "type": "to"}), f"{P}.to.0.type"),
    ("same in to and cc", with_reader(cc=[TO]), f"{P}.cc.0.email"),
    (
        "same in two personalizations, in capitals",
        make_message(personalizations=[
            make_reader(), make_reader(to=[{"email": "READER0@Example.test"}])]),
        "personalizations.1.to.0.email",
    ),
    (
        "1,001 recipients",
        with_to(*({"email": f"r{n}@b.test"} for n in range(1_001))),
        "personalizations",
    ),
    # substitutions and custom args
    ("substitution a number", with_reader(substitutions={"a": 1}), f"{P}.substitutions.a"),
    ("substitutions a list", with_reader(substitutions=[]), f"{P}.substitutions"),
    ("empty tag", with_reader(substitutions={"": "x"}), f"{P}.substitutions"),
    ("10,001 bytes", with_reader(substitutions={"a": "x" * 10_000}), f"{P}.substitutions"),
    ("10,001 bytes of UTF-8", with_reader(substitutions={"a": "é" * 5_000}), f"{P}.substitutions"),
    ("custom arg an integer", with_reader(custom_args={"a": 1}), f"{P}.custom_args.a"),
    ("shared custom arg an integer", make_message(custom_args={"a": 1}), "custom_args.a"),
    ("custom arg null", with_reader(custom_args={"a": None}), f"{P}.custom_args.a"),
    ("empty custom args", with_reader(custom_args={}), f"{P}.custom_args"),
    (
        "custom args too large together",
        make_message(custom_args={"a": "x" * 6_000},
                     personalizations=[make_reader(custom_args={"b": "x" * 6_000})]),
        f"{P}.custom_args",
    ),
    # templates
    ("substitutions in a dynamic template", make_message(template_id="d-1"), f"{P}.substitutions"),
    ("data without a dynamic template", with_reader(substitutions=None, dynamic_template_data={}),
     f"{P}.dynamic_template_data"),
    ("data and substitutions", with_reader(dynamic_template_data={}), f"{P}.dynamic_template_data"),
]  # fmt: skip

ACCEPTED = [
    ("a thousand readers", make_message(readers=1_000)),
    ("subject of each reader", make_message(subject=None, personalizations=[
        make_reader(subject="Yours")])),
    ("a dynamic template", make_message(template_id="d-1", subject=None, content=None,
        personalizations=[make_reader(substitutions=None, dynamic_template_data={"a": [1]})])),
    ("a legacy template", make_message(template_id="abc", subject=None, content=None)),
    ("exactly 10,000 bytes", with_reader(substitutions={"a": "x" * 9_999})),
    ("quotes are one byte each", with_reader(substitutions={"a": '"' * 9_999})),
    ("ten categories of 255", make_message(categories=[f"{n}" + "a" * 254 for n in range(10)])),
    ("send_at within 72 hours", make_message(send_at=NOW + 71 * HOUR)),
    ("send_at in the past", make_message(send_at=1)),
    ("a sender with a comma", make_message(**{"from": {**TO, "name": "Lumen, Berlin"}})),
    ("an own arg in place of a shared one", make_message(custom_args={"a": "x" * 6_000},
        personalizations=[make_reader(custom_args={"a": "y" * 6_000})])),
    ("plus, dots and apostrophe", with_to({"email": "a.b+c'd@sub.example.test"})),
    ("only HTML", make_message(content=[HTML])),
    ("text, HTML, AMP", make_message(content=[PLAIN, HTML, {**HTML, "type": "text/x-amp-html"}])),
    ("a file", make_message(attachments=[{**FILE, "disposition": "inline", "content_id": "a"}])),
    ("all settings", make_message(
        asm={"group_id": 1, "groups_to_display": [1]}, batch_id="b", ip_pool_name="pool",
        mail_settings={"footer": {"enable": False}, "bypass_list_management": {"enable": True}},
        tracking_settings={"subscription_tracking": {"enable": False},
                           "open_tracking": {"enable": True, "substitution_tag": "%o%"},
                           "ganalytics": {"enable": True, "utm_source": "mail"}})),
]  # fmt: skip


@pytest.mark.parametrize(
    ("message", "field"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_refused(message: Any, field: str | None) -> None:
    """A request that breaks one rule gets exactly one error, at the field that breaks it."""
    assert [flaw.field for flaw in validate(message, NOW)] == [field]


@pytest.mark.parametrize("message", [a[1] for a in ACCEPTED], ids=[a[0] for a in ACCEPTED])
def test_accepted(message: Any) -> None:
    """A request at the edge of the limits is accepted."""
    assert validate(message, NOW) == []


def test_all_at_once() -> None:
    """Every error of a request is told, not only the first."""
    message = make_message(
        subject=None, personalizations=[make_reader(to=[]), make_reader(to=["x"])]
    )
    fields = {flaw.field for flaw in validate(message, NOW)}
    assert fields == {"subject", f"{P}.to", "personalizations.1.to.0"}


def test_nearest_key_is_offered() -> None:
    """An unknown key comes with the one that was probably meant."""
    (flaw,) = validate(with_reader(substitution={}), NOW)
    assert flaw.help == 'Did you mean "substitutions"?'
