"""What each client takes out of a mail, and what the list of changes says of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from newsletter.checks.simulating import CLIENTS, Simulation, simulate
from newsletter.checks.simulating.word import is_meant

GOLDEN = Path(__file__).with_name("golden")
BY_SLUG = {client.slug: client for client in CLIENTS}
MAIL = """<!DOCTYPE html>
<html lang="en"><head><title>x</title>
<style>
.a { color: red; }
@media (max-width: 480px) { .a { width: 100% !important; } }
@media (prefers-color-scheme: dark) { .a { color: white !important; } }
[data-ogsc] .a { color: white; }
</style></head><body>
<!--[if mso]><table width="600"><tr><td><![endif]-->
<div class="a" style="max-width: 600px; padding: 8px; border-radius: 4px; color: #222222">
<!--[if !mso]><!--><p style="display: inline-block">Not for Outlook</p><!--<![endif]-->
<img src="a.png" alt="A" width="300" style="width: 100%; display: block">
<video src="a.mp4">A film</video>
<a href="https://example.com/" target="_blank" style="transform: none">Read</a>
<table role="presentation"><tr><td style="padding: 8px; border: 12px solid">x</td></tr></table>
</div>
<!--[if mso]></td></tr></table><![endif]-->
</body></html>
"""


def shown(slug: str, mail: str = MAIL) -> Simulation:
    """The mail as a client roughly shows it."""
    return simulate(mail, BY_SLUG[slug])


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.slug)
def test_each_client_is_imitated_as_its_golden_file_says(client: object) -> None:
    """HTML and list of changes, whole."""
    slug = client.slug  # type: ignore[attr-defined]
    made = shown(slug)
    told = "\n".join(f"{one.count} x {one.what} ({one.source})" for one in made.changes)
    golden = GOLDEN / f"{slug}.txt"
    written = f"{made.html}\n=====\n{told}\n"
    if os.environ.get("BLESS"):
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(written, "utf-8")
    assert golden.read_text("utf-8") == written


def test_apple_mail_takes_every_byte() -> None:
    """Nothing is parsed and written anew."""
    assert shown("apple") == Simulation(MAIL, ())


def test_gmails_app_for_other_accounts_has_no_style_blocks() -> None:
    """What is inlined stays."""
    made = shown("gmail-other")
    assert "<style" not in made.html
    assert "color: #222222" in made.html


def test_gmail_keeps_sixteen_kilobytes_of_styles() -> None:
    """The block that goes beyond is dropped whole, earlier ones stay."""
    long = "<style>.b { color: blue; }" + " " * 17_000 + "</style></head>"
    made = shown("gmail", MAIL.replace("</head>", long))
    assert ".a { color: red }" in made.html
    assert ".b" not in made.html


def test_gmail_reads_no_style_in_the_body() -> None:
    """Only in the head (html-style, note 1)."""
    made = shown("gmail", MAIL.replace("</body>", "<style>p{color:red}</style></body>"))
    assert "p{color:red}" not in made.html


def test_outlook_does_as_conditional_comments_say() -> None:
    """What is for it is there, what is not is gone; others see a comment."""
    word = shown("outlook").html
    assert '<table width="600">' in word
    assert "Not for Outlook" not in word
    assert '<table width="600">' not in shown("gmail").html
    assert "Not for Outlook" in shown("gmail").html


def test_outlook_pads_cells_and_nothing_else() -> None:
    """A naive imitation would drop padding everywhere (css-padding, note 1)."""
    word = shown("outlook").html
    assert '<td style="padding: 8px; border: 8px solid">' in word
    assert "max-width" not in word.split("<body>")[1]


def test_what_is_in_an_unknown_element_stays() -> None:
    """A client drops the tags and keeps the words; a picture in code it drops whole."""
    made = shown("gmail", MAIL.replace("A film", "A film<svg><text>drawn</text></svg>"))
    assert "A film" in made.html
    assert "<video" not in made.html
    assert "drawn" not in made.html


@pytest.mark.parametrize(
    ("expression", "meant"),
    [
        ("mso", True),
        ("!mso", False),
        ("mso | IE", True),
        ("IE", False),
        ("gte mso 9", True),
        ("lte mso 11", False),
        ("(gte mso 9)|(IE)", True),
        ("gte mso 9 & lte mso 15", False),
        ("nonsense", False),
    ],
)
def test_conditions_are_read_as_word_reads_them(expression: str, meant: bool) -> None:
    """Of the versions still in use."""
    assert is_meant(expression) is meant
