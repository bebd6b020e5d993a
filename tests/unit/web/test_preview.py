"""What the preview answers, asked over a real socket."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

PAGE = "/issues/first"


def test_the_list_names_every_issue(browser: httpx.Client) -> None:
    """Number, subject and file of each issue stand on the first page."""
    answer = browser.get("/")
    assert answer.status_code == 200
    assert "Hello you" in answer.text
    assert "first.md" in answer.text


def test_a_broken_issue_stays_in_the_list(writer: httpx.Client, root: Path) -> None:
    """One file that can not be read does not hide the others."""
    (root / "issues/second.md").write_text("---\nnumber: [\n---\n")
    answer = writer.get("/")
    assert "Hello you" in answer.text
    assert "Needs mending" in answer.text


def test_the_page_shows_what_the_inbox_will(browser: httpx.Client) -> None:
    """Sender, filled subject and preheader stand beside the mail."""
    text = browser.get(PAGE, params={"persona": "sample"}).text
    assert "<strong>Test Letter</strong>" in text
    assert "Hello Mira" in text
    assert "A first letter" in text


def test_findings_name_their_file_and_line(browser: httpx.Client) -> None:
    """The test's layout has no way out, and the page says so with a place."""
    text = browser.get(PAGE).text
    assert "Error H02" in text
    assert re.search(r'class="place">issues/first\.md:\d', text)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"persona": "sample"}, "Dear Mira, this"),
        ({"persona": "no-name"}, "Dear reader, this"),
        ({"persona": "right-to-left"}, "Dear ليلى, this"),
        ({"persona": "apostrophe"}, "&lt;Søn&gt;, this"),
        ({"persona": "nobody-we-know"}, "Dear Mira, this"),
        ({"persona": "no-name", "reader": "Ada"}, "Dear Ada, this"),
    ],
)
def test_each_reader_has_their_own_mail(
    browser: httpx.Client, query: dict[str, str], expected: str
) -> None:
    """Personas and a name of one's own fill the merge tags, escaped."""
    text = browser.get(f"{PAGE}/all.html", params=query).text
    assert expected in text.replace("&#x27;", "'")


def test_a_variant_holds_only_its_own_sections(browser: httpx.Client) -> None:
    """Who asked for tips alone does not get the news."""
    assert "We open earlier." in browser.get(f"{PAGE}/all.html").text
    assert "We open earlier." not in browser.get(f"{PAGE}/tips.html").text


def test_nothing_in_the_mail_can_run_or_call_home(browser: httpx.Client) -> None:
    """The frame's policy forbids scripts, and everything that is not ours."""
    policy = browser.get(f"{PAGE}/all.html").headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'; img-src 'self'")
    assert "allow-scripts" not in policy
    assert 'sandbox="allow-same-origin"' in browser.get(PAGE).text


def test_our_own_pages_run_our_own_script_only(browser: httpx.Client) -> None:
    """No inline script or style is allowed, and none is there."""
    answer = browser.get(PAGE)
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe-inline" not in policy
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=", answer.text)
    assert not re.search(r"""(?:src|href|action)=["']?https://""", answer.text)


def test_only_addresses_of_pictures_differ_from_the_exact_bytes(browser: httpx.Client) -> None:
    """The shown mail is the sent mail, but for where its pictures come from."""
    shown = browser.get(f"{PAGE}/all.html").text
    exact = browser.get(f"{PAGE}/all.html", params={"exact": "1"})
    assert exact.headers["Content-Disposition"] == 'attachment; filename="first-all.html"'
    assert "https://news.test/media/" in exact.text
    assert exact.text.replace("https://news.test/media/", "/media/") == shown


def test_images_off_changes_the_policy_not_the_bytes(browser: httpx.Client) -> None:
    """The browser blocks the pictures, as a mail client would."""
    on, off = (browser.get(f"{PAGE}/all.html", params={"images": i}) for i in ("on", "off"))
    assert "img-src 'none'" in off.headers["Content-Security-Policy"]
    assert on.text == off.text


def test_pictures_are_served_for_a_year(browser: httpx.Client) -> None:
    """A picture's address names its content, so it never changes."""
    mail = browser.get(f"{PAGE}/all.html").text
    address = re.search(r"/media/[0-9a-f]{64}\.png", mail)
    assert address
    answer = browser.get(address[0])
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    [
        "x.png",
        "0" * 64 + ".png",
        "0" * 63 + ".png",
        "A" * 64 + ".png",
        "0" * 64 + ".html",
        "0" * 64,
        "..%2f..%2fnewsletter.toml",
    ],
)
def test_other_names_of_pictures_lead_nowhere(browser: httpx.Client, name: str) -> None:
    """Unknown hashes, other forms and other kinds of file are 404."""
    browser.get(PAGE)
    assert browser.get(f"/media/{name}").status_code == 404


def test_text_and_mail_file(browser: httpx.Client) -> None:
    """The text part as text, and the whole mail as a file a mail program opens."""
    text = browser.get(f"{PAGE}/all.txt")
    assert text.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Collagen is a protein." in text.text
    mail = browser.get(f"{PAGE}/all.eml")
    assert mail.headers["Content-Type"] == "message/rfc822"
    assert b"\r\nSubject: Hello Mira\r\n" in mail.content


@pytest.mark.parametrize("show", ["text", "source"])
def test_text_and_source_are_shown_escaped(browser: httpx.Client, show: str) -> None:
    """Both parts can be read on the page itself."""
    text = browser.get(PAGE, params={"show": show}).text
    assert f'class="sheet {show}"' in text
    assert ("&lt;!DOCTYPE html&gt;" in text) == (show == "source")


def test_without_scripts_every_toggle_is_a_link(browser: httpx.Client) -> None:
    """Following the link for a phone in the dark gives that view, and keeps the rest."""
    text = browser.get(PAGE, params={"variant": "tips", "width": "phone"}).text
    assert 'width="390"' in text
    assert 'href="?variant=tips&amp;width=390&amp;scheme=dark"' in text


@pytest.mark.parametrize(
    ("said", "meant"), [("99999999", 760), ("9999", 1600), ("1", 280), ("-5", 760), ("x", 760)]
)
def test_a_senseless_width_is_brought_into_bounds(
    browser: httpx.Client, said: str, meant: int
) -> None:
    """Addresses can be typed by hand."""
    assert f'width="{meant}"' in browser.get(PAGE, params={"width": said}).text


def test_a_broken_file_shows_every_problem_with_its_lines(writer: httpx.Client, root: Path) -> None:
    """Path, line and the lines around it instead of the mail; gone once mended."""
    issue = root / "issues/first.md"
    good = issue.read_text()
    issue.write_text(good.replace("preheader:", "preheaderr:"))
    answer = writer.get(PAGE)
    assert answer.status_code == 422
    assert "issues/first.md:4" in answer.text
    assert 'class="line guilty"><span class="gutter">4</span>preheaderr: A first' in answer.text
    issue.write_text(good)
    assert writer.get(PAGE).status_code == 200


def test_a_broken_template_is_told_by_file_and_line(writer: httpx.Client, root: Path) -> None:
    """Designers get the same care as writers."""
    look = root / "templates/snippets/news.mjml"
    look.write_text("<mj-section>\n<mj-colum></mj-colum>\n</mj-section>\n")
    answer = writer.get(PAGE)
    assert answer.status_code == 422
    assert "templates/snippets/news.mjml:2" in answer.text


def test_broken_settings_are_told_on_every_page(writer: httpx.Client, root: Path) -> None:
    """Settings are read anew when their file changes."""
    settings = root / "newsletter.toml"
    settings.write_text(settings.read_text().replace("name =", "nam =", 1))
    answer = writer.get("/")
    assert answer.status_code == 422
    assert "newsletter.toml" in answer.text


@pytest.mark.parametrize(
    "path", ["/nothing", "/issues/nothing", f"{PAGE}/nothing.html", f"{PAGE}?variant=nothing"]
)
def test_an_address_that_leads_nowhere_is_a_clear_404(browser: httpx.Client, path: str) -> None:
    """Not found is said in the same look, without a traceback."""
    answer = browser.get(path)
    assert answer.status_code == 404
    assert "Nothing here by that name" in answer.text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "", "[::2]"]
)
def test_foreign_names_are_refused(browser: httpx.Client, host: str) -> None:
    """DNS rebinding does not get to read a draft."""
    answer = browser.get("/", headers={"Host": host})
    assert answer.status_code == 400
    assert "Test Letter" not in answer.text


@pytest.mark.parametrize("host", ["localhost:1", "LOCALHOST", "127.0.0.1", "[::1]:8700"])
def test_names_of_this_machine_are_answered(browser: httpx.Client, host: str) -> None:
    """With any port, as a forwarded one may differ."""
    assert browser.get("/", headers={"Host": host}).status_code == 200


def test_nothing_can_be_changed(browser: httpx.Client) -> None:
    """The preview only reads."""
    assert browser.post(PAGE).status_code == 405
