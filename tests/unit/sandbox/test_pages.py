"""The inbox's pages as a browser receives them."""

from __future__ import annotations

import re

import pytest

from tests.unit.sandbox.client import Client
from tests.unit.sandbox.messages import make_message, make_reader

NOTICE = "Nothing is delivered."
VIEWS = ["html", "text", "headers", "source"]


def page(client: Client, path: str) -> str:
    return client.get(path).body.decode()


def test_every_page_says_that_nothing_is_delivered(client: Client) -> None:
    """The notice stands on every page, an empty inbox and a missing mail included."""
    assert NOTICE in page(client, "/")
    client.send(make_message())
    paths = ["/", "/?q=nobody", "/?page=9", "/mail/9-9", *(f"/mail/1-0?view={v}" for v in VIEWS)]
    newest = client.get("/_sandbox/messages").json[0]["id"]
    for path in paths:
        assert NOTICE in page(client, path.replace("1-0", newest)), path
    assert client.get("/mail/9-9").status == 404


def test_an_empty_inbox_says_what_to_set(client: Client) -> None:
    """A fresh sandbox tells how to send to it."""
    assert f"SENDGRID_URL=http://127.0.0.1:{client.port}" in page(client, "/")


def test_content_can_not_break_out(client: Client) -> None:
    """Names, subjects and texts are shown as text on the sandbox's own pages."""
    attack = '"><script>alert(1)</script>'
    reader = make_reader(to=[{"email": "a@b.test", "name": attack}], headers={"X-A": attack})
    text = {"type": "text/plain", "value": attack}
    client.send(make_message(subject=attack, personalizations=[reader], content=[text]))
    newest = client.get("/_sandbox/messages").json[0]["id"]
    for view in VIEWS:
        shown = page(client, f"/mail/{newest}?view={view}&q=%22%3E%3Cscript%3E")
        assert "<script" not in shown
        assert "&lt;script&gt;" in shown


def test_a_mail_runs_nothing(client: Client) -> None:
    """A mail's HTML comes sandboxed: no scripts, no forms, no origin, pictures only."""
    client.send(make_message())
    newest = client.get("/_sandbox/messages").json[0]["id"]
    policy = client.get(f"/mail/{newest}/html").headers["content-security-policy"]
    assert re.match(r"sandbox (?!.*allow-(scripts|same-origin|forms))", policy)
    assert "default-src 'none'" in policy
    assert "img-src http: https: data:" in policy
    assert (
        "img-src 'none'"
        in client.get(f"/mail/{newest}/html?images=off").headers["content-security-policy"]
    )


@pytest.mark.parametrize(
    ("look", "dark"),
    [
        ("auto", "(prefers-color-scheme: dark)"),
        ("dark", "(min-width: 0)"),
        ("light", "(max-width: 0)"),
    ],
)
def test_a_look_settles_the_style_sheet(client: Client, look: str, dark: str) -> None:
    """A chosen look answers the mail's question for the colour scheme."""
    html = "<head><style>@media (prefers-color-scheme: dark){p{color:#fff}}</style></head><p>x</p>"
    client.send(make_message(content=[{"type": "text/html", "value": html}]))
    newest = client.get("/_sandbox/messages").json[0]
    shown = page(client, f"/mail/{newest['id']}/html?look={look}")
    assert f"@media {dark}" in shown
    assert '<head><base target="_blank">' in shown
    assert newest["html"] == html


def test_pages_need_nobody_else(client: Client) -> None:
    """No page asks a third party for anything, and there is no script."""
    client.send(make_message())
    shown = page(client, "/")
    assert "<script" not in shown
    assert set(re.findall(r'(?:src|href)="(https?://[^"]+)"', shown)) <= {"https://x.test/u/0"}
    for asset in ("/style.css", "/icon.svg"):
        assert client.get(asset).status == 200
        assert "http" not in page(client, asset).replace("http://www.w3.org/2000/svg", "")


def test_source(client: Client) -> None:
    """The source shows the personalization as sent, and the mail as it would travel."""
    client.send(make_message(subject="Grüße nlx1"))
    newest = client.get("/_sandbox/messages").json[0]["id"]
    shown = page(client, f"/mail/{newest}?view=source")
    assert "&#34;nlx1&#34;: &#34;First0&#34;" in shown
    eml = client.get(f"/mail/{newest}/eml")
    assert eml.headers["content-type"].startswith("message/rfc822")
    from email import message_from_bytes
    from email.policy import default

    mail = message_from_bytes(eml.body, policy=default)
    assert (mail["Subject"], mail["List-Id"]) == ("Grüße First0", "Lumen <news.lumen.test>")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_lists_are_paged_and_searched(client: Client) -> None:
    """The list has fifty mails a page, and a search keeps its words from page to page."""
    client.send(make_message(readers=120))
    first = page(client, "/?q=reader1")
    assert "1–31 of 31" in first
    assert "101–120 of 120" in page(client, "/?page=3")
    assert page(client, "/").count("<li ") == 50
    assert 'href="/?page=2"' in page(client, "/")
    assert 'href="/?q=hello&amp;page=2"' in page(client, "/?q=hello")


@pytest.mark.parametrize(
    "query", ["page=-1", "page=x", "page=99999999999", "view=../x", "look=x", "q=%ff"]
)
def test_odd_addresses_are_harmless(client: Client, query: str) -> None:
    """What makes no sense in an address counts as not given."""
    client.send(make_message())
    assert client.get(f"/?{query}").status == 200


def test_faults_are_announced(client: Client) -> None:
    """While faults are on, every page says so."""
    client.ask("PUT", "/_sandbox/faults", ["429:0.1"])
    assert "Faults on: 429 at 10 %." in page(client, "/")
