"""Each broken input gives one clear message: what, where (path:line), what to do."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from newsletter.content import check_all, load_issue, load_topics
from newsletter.errors import ContentError
from tests.factories import SNIPPET, TOML, make_site, picture

FIRST = "issues/first.md"
COLLAGEN = "issues/topics/skin/collagen.md"
SMALL = "---\nnumber: 1\nsubject: A\n---\nWords.\n"

Files = Mapping[str, str | bytes | None]


@dataclass(frozen=True)
class Case:
    """One broken input and the start and parts of its only message."""

    name: str
    files: Files
    place: str
    says: tuple[str, ...]


def issue(settings: str = "", body: str = "Hello.", **replaced: str | None) -> Files:
    """`issues/first.md` with settings taken out (None), replaced, or added."""
    keys: dict[str, str | None] = {"number": "1", "subject": "Hello", **replaced}
    lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
    settings_text = "\n".join([*lines, *settings.strip("\n").splitlines()])
    return {FIRST: f"---\n{settings_text}\n---\n{body}\n"}


def snippet(settings: str = "", body: str = "Words.", **replaced: str | None) -> Files:
    """`issues/topics/skin/collagen.md` in the same way."""
    keys: dict[str, str | None] = {"title": "Collagen", "kind": "tip", **replaced}
    lines = [f"{key}: {value}" for key, value in keys.items() if value is not None]
    return {COLLAGEN: "\n".join(["---", *lines, *settings.strip("\n").splitlines(), "---", body])}


def huge_png() -> bytes:
    """A PNG of a few bytes that says it has 10,000 million pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + checksum

    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b""))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


THE_FILE = [
    Case("an empty file", {FIRST: ""}, FIRST, ("empty", "`---`")),
    Case("no settings", {FIRST: "Hello.\n"}, f"{FIRST}:1", ("must begin", "`---`")),
    Case("no closing fence", {FIRST: "---\nnumber: 1\n"}, f"{FIRST}:1", ("closing `---`",)),
    Case("settings that are a list", {FIRST: "---\n- 1\n---\n"}, f"{FIRST}:2", ("key: value",)),
    Case("not UTF-8", {FIRST: b"---\nsubject: caf\xe9\n---\n"}, f"{FIRST}:2", ("0xE9", "UTF-8")),
    Case("a NUL byte", issue(body="a\x00b"), f"{FIRST}:5", ("control character", "U+0000")),
    Case("a C1 character", issue(body="a\n\x85b"), f"{FIRST}:6", ("U+0085", "Delete")),
    Case("a C1 character by escape", issue(subject='"a\\u0085b"'), f"{FIRST}:3",
         ("control character",)),
    Case("half a character by escape", issue(subject='"\\ud800"'), f"{FIRST}:3",
         ("control character",)),
    Case("10 MB", {FIRST: "a" * 10_000_000}, FIRST, ("10.0 MB", "1 MB")),
    Case("a bad name", {FIRST: None, "issues/My News.md": SMALL}, "issues/My News.md",
         ("Rename it to my-news.md",)),
    Case("a name like a number", {FIRST: None, "issues/12.md": SMALL}, "issues/12.md",
         ("Rename it to issue-12.md",)),
]  # fmt: skip

THE_YAML = [
    Case("a colon in text", issue(subject="Why: because"), f"{FIRST}:3", ("not YAML", "quotes")),
    Case("an open quote", issue(subject='"Why'), f"{FIRST}:3", ("not YAML", "quotes")),
    Case("a tab", issue("layout:\n\tclassic"), f"{FIRST}:5", ("not YAML",)),
    Case("a key twice", issue("subject: Again"), f"{FIRST}:4", ("twice", "line 3")),
    Case("a bomb of aliases", issue("a: &a [x, x]\nb: [*a, *a]"), f"{FIRST}:4", ("Anchors",)),
    Case("a tag", issue(subject="!!python/name:os.system ''"), f"{FIRST}:3", ("Tags", "quotes")),
    Case("deep nesting", issue("a: " + "[" * 5000), f"{FIRST}:4", ("nested too deep",)),
    Case("a bare field as a value", issue(subject="{{ subscriber.email }}"), f"{FIRST}:3",
         ("key must be text", "quotes")),
]  # fmt: skip

THE_SETTINGS = [
    Case("an unknown key", issue("subjcet: Hello"), f"{FIRST}:4", ('Did you mean "subject"?',)),
    Case("no number", issue(number=None), f"{FIRST}:2", ("number is missing",)),
    Case("a number as text", issue(number='"1"'), f"{FIRST}:2", ("whole number", "no quotes")),
    Case("number nought", issue(number="0"), f"{FIRST}:2", ("whole number from 1",)),
    Case("no subject", issue(subject=None), f"{FIRST}:2", ("subject is missing",)),
    Case("an empty subject", issue(subject='""'), f"{FIRST}:3", ("subject is missing",)),
    Case("a subject of two lines", issue(subject='"a\\nb"'), f"{FIRST}:3", ("one line",)),
    Case("a subject as a date", issue(subject="2026-01-01"), f"{FIRST}:3",
         ("reads as a date", '"2026-01-01"')),
    Case("a subject as a list", issue(subject="[a]"), f"{FIRST}:3", ("must be text", "a list")),
    Case("a time in words", issue("send_at: tomorrow"), f"{FIRST}:4", ("YYYY-MM-DD HH:MM",)),
    Case("a day that is none", issue("send_at: 2026-02-30 09:00"), f"{FIRST}:4",
         ("YYYY-MM-DD HH:MM",)),
    Case("a time with its zone", issue("send_at: 2026-02-03T09:00:00Z"), f"{FIRST}:4",
         ("`timezone`",)),
    Case("an unknown zone", issue("timezone: Europe/Berlim"), f"{FIRST}:4",
         ('Did you mean "Europe/Berlin"?',)),
    Case("a zone that climbs", issue("timezone: ../../etc/passwd"), f"{FIRST}:4",
         ("not a time zone",)),
    Case("an unknown layout", issue("layout: clasic"), f"{FIRST}:4", ('Did you mean "classic"?',)),
    Case("a layout that climbs", issue("layout: ../snippets/tip"), f"{FIRST}:4",
         ("There is no layout",)),
    Case("nothing to say", issue(body=""), FIRST, ("says nothing",)),
]  # fmt: skip

THE_AUDIENCE = [
    Case("an unknown audience", issue("audience: berln"), f"{FIRST}:4", ('mean "berlin"?',)),
    Case("an unknown attribute", issue("audience:\n  clinc: [berlin]"), f"{FIRST}:5",
         ('mean "clinic"?',)),
    Case("an unknown choice", issue("audience: {clinic: [munich, berlin]}"), f"{FIRST}:4",
         ("munich", "berlin, hamburg")),
    Case("a wrong condition inside not", issue("audience:\n  not:\n    tag: [vip]"), f"{FIRST}:6",
         ('mean "tags"?',)),
    Case("a day that is no day", issue("audience: {joined_after: soon}"), f"{FIRST}:4",
         ("YYYY-MM-DD",)),
    Case("a condition twice", issue("audience: {tags: [a], tags: [b]}"), f"{FIRST}:4", ("twice",)),
    Case("issues by name", issue("audience: {received: last}"), f"{FIRST}:4", ("number",)),
    Case("no conditions", issue("audience: {}"), f"{FIRST}:4", ("`everyone`",)),
    Case("nobody", issue("audience: {not: everyone}"), f"{FIRST}:4", ("nobody",)),
]  # fmt: skip

THE_WORDS = [
    Case("an unknown field", issue(body="Hi\n{{ subscriber.fist_name }}"), f"{FIRST}:6",
         ('Did you mean "subscriber.first_name"?',)),
    Case("a field without its source", issue(body="{{ first_name }}"), f"{FIRST}:5",
         ("names no field", 'mean "subscriber.first_name"?')),
    Case("a template's expression", issue(body="{{ 7 * 7 }}"), f"{FIRST}:5", ("names no field",)),
    Case("a template's way in", issue(body="{{ subscriber.__class__.__mro__ }}"), f"{FIRST}:5",
         ("names no field",)),
    Case("another filter", issue(body="{{ subscriber.email | upper }}"), f"{FIRST}:5",
         ("can not be read", "default")),
    Case("a statement", issue(body="{% include 'x' %}"), f"{FIRST}:5", ("`{%`", "no meaning")),
    Case("a comment", issue(body="{# x #}"), f"{FIRST}:5", ("`{#`", "no meaning")),
    Case("a brace missing", issue(body="{ subscriber.email }"), f"{FIRST}:5", ("two braces",)),
    Case("a field left open", issue(body="{{ subscriber.email "), f"{FIRST}:5", ("{{",)),
    Case("a field closed twice", issue(body="a }} b"), f"{FIRST}:5", ("closes nothing",)),
    Case("a field in the subject", issue(subject='"{{ subscriber.nmae }}"'), f"{FIRST}:3",
         ("names no field",)),
]  # fmt: skip

THE_PIECES = [
    Case("an unknown snippet", issue("snippets:\n- skin/colagen"), f"{FIRST}:5",
         ('mean "skin/collagen"?',)),
    Case("a snippet that climbs", issue("snippets:\n- ../../../etc/passwd"), f"{FIRST}:5",
         ("leads out",)),
    Case("an absolute snippet", issue("snippets:\n- /etc/passwd"), f"{FIRST}:5", ("leads out",)),
    Case("a thousand snippets", issue("snippets:\n" + "- skin/collagen\n" * 1000), f"{FIRST}:4",
         ("1000 snippets", "at most 100")),
    Case("snippets in one text", issue("snippets: skin/collagen"), f"{FIRST}:4",
         ("must be a list", "- topic/name")),
    Case("overrides on the snippet's level", issue("snippets:\n- skin/collagen:\n  heading: A"),
         f"{FIRST}:5", ("more than one name", "braces")),
    Case("text for overrides", issue("snippets:\n- skin/collagen: A"), f"{FIRST}:5",
         ("stands text", "braces")),
    Case("an unknown override", issue("snippets:\n- skin/collagen: {haeding: A}"), f"{FIRST}:5",
         ('mean "heading"?',)),
    Case("an override's unknown interest", issue("snippets:\n- skin/collagen: {interest: tip}"),
         f"{FIRST}:5", ('mean "tips"?',)),
    Case("a number for a snippet", issue("snippets:\n- 12"), f"{FIRST}:5", ("not a number",)),
    Case("a button without a link", issue("snippets:\n- cta: {text: Go}"), f"{FIRST}:5",
         ("link is missing",)),
    Case("a button that runs", issue("snippets:\n- cta: {text: A, link: 'javascript:x()'}"),
         f"{FIRST}:5", ("complete address",)),
    Case("a link with data", issue("snippets:\n- cta: {text: A, link: 'data:text/html,x'}"),
         f"{FIRST}:5", ("complete address",)),
    Case("a link without its host", issue("snippets:\n- cta: {text: A, link: /book}"),
         f"{FIRST}:5", ("complete address",)),
    Case("a reader's value for a host",
         issue("snippets:\n- cta:\n    text: A\n    link: 'https://{{ subscriber.email }}/'"),
         f"{FIRST}:7", ("before a reader's field",)),
    Case("a password in a link", issue("snippets:\n- cta: {text: A, link: 'https://a:b@c.d'}"),
         f"{FIRST}:5", ("password",)),
    Case("a picture without alt", issue("snippets:\n- image: {file: drop.png}"), f"{FIRST}:5",
         ("no alt", 'alt: ""')),
]  # fmt: skip

THE_SNIPPETS = [
    Case("an unknown kind", snippet(kind="tipp"), f"{COLLAGEN}:3", ('Did you mean "tip"?',)),
    Case("an inline kind", snippet(kind="cta"), f"{COLLAGEN}:3", ("no kind", "news")),
    Case("no kind", snippet(kind=None), f"{COLLAGEN}:2", ("kind is missing", "tip")),
    Case("no title", snippet(title=None), f"{COLLAGEN}:2", ("title is missing",)),
    Case("an unknown interest", snippet("interest: tps"), f"{COLLAGEN}:4", ('mean "tips"?',)),
    Case("no words", snippet(body=""), f"{COLLAGEN}:5", ("says nothing",)),
    Case("a field in the title", snippet(title='"{{ subscriber.email }}"', settings="heading: A"),
         f"{COLLAGEN}:2", ("same for every reader",)),
    Case("a picture that is not there", snippet("image: drip.png\nalt: A"), f"{COLLAGEN}:4",
         ('mean "drop.png"?',)),
    Case("a picture that climbs", snippet("image: ../../newsletter.toml\nalt: A"), f"{COLLAGEN}:4",
         ("leads out",)),
    Case("a picture by Windows path", snippet("image: '..\\drop.png'\nalt: A"), f"{COLLAGEN}:4",
         ("leads out",)),
    Case("a picture without alt", snippet("image: drop.png"), f"{COLLAGEN}:4", ("no alt",)),
    Case("an alt without picture", snippet("alt: A"), f"{COLLAGEN}:4", ("no image",)),
    Case("a vector picture", {**snippet("image: a.svg\nalt: A"), "issues/media/a.svg": "<svg/>"},
         f"{COLLAGEN}:4", ("not a raster picture", "PNG")),
    Case("a damaged picture",
         {**snippet("image: a.png\nalt: A"), "issues/media/a.png": picture(64, 64)[:90]},
         f"{COLLAGEN}:4", ("damaged",)),
    Case("a bomb of pixels", {**snippet("image: a.png\nalt: A"), "issues/media/a.png": huge_png()},
         f"{COLLAGEN}:4", ("40 million pixels",)),
    Case("a disclaimer with a statement",
         {"issues/topics/skin/_topic.md": "---\nname: Skin\n---\n{% x %}\n"},
         "issues/topics/skin/_topic.md:4", ("no meaning",)),
    Case("a topic's unknown key",
         {"issues/topics/skin/_topic.md": "---\nnmae: Skin\n---\nAsk.\n"},
         "issues/topics/skin/_topic.md:2", ('mean "name"?',)),
]  # fmt: skip

CONTENT = [
    *THE_FILE,
    *THE_YAML,
    *THE_SETTINGS,
    *THE_AUDIENCE,
    *THE_WORDS,
    *THE_PIECES,
    *THE_SNIPPETS,
]


@pytest.mark.parametrize("case", CONTENT, ids=lambda case: case.name)
def test_a_broken_file_gives_one_message_with_place_and_remedy(case: Case, tmp_path: Path) -> None:
    """A mistake in a file is told once, at its line, with what to do about it."""
    problems = check_all(make_site(tmp_path, case.files))
    assert len(problems) == 1, [str(problem) for problem in problems]
    told = str(problems[0])
    assert told.startswith(f"{case.place}: ")
    for part in case.says:
        assert part in told
    assert "Traceback" not in told
    assert str(tmp_path) not in told


def toml(*replaced: tuple[str, str], more: str = "") -> Files:
    """`newsletter.toml` with parts replaced and lines added."""
    text = TOML
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new)
    return {"newsletter.toml": text + more}


SETTINGS = [
    Case("no TOML", toml(more="\n[theme\n"), "newsletter.toml:17", ("not TOML",)),
    Case("an unknown section", toml(more="\n[dispach]\n"), "newsletter.toml:17",
         ("no section", 'mean "dispatch"?')),
    Case("an unknown key", toml(("[site]\n", '[site]\nnam = "x"\n')), "newsletter.toml:2",
         ('mean "name"?',)),
    Case("a key missing", toml(('postal_address = "1 Test Street, 10115 Berlin"\n', "")),
         "newsletter.toml:5", ("sender.postal_address is missing",)),
    Case("a bad address", toml(("letters@news.test", "letters.news.test")), "newsletter.toml:7",
         ("not an e-mail address", "name@example.com")),
    Case("a bad web address", toml(("https://news.test", "news.test")), "newsletter.toml:3",
         ("not a web address",)),
    Case("a bad colour", toml(more='\n[theme.colours]\naccent = "red"\n'), "newsletter.toml:18",
         ("#rrggbb",)),
    Case("a bad zone", toml(more='\n[dispatch]\ntimezone = "Berlin"\n'), "newsletter.toml:18",
         ("not a time zone",)),
    Case("a logo that is not there", toml(more='\n[theme]\nlogo = "drip.png"\n'),
         "newsletter.toml:18", ('mean "drop.png"?',)),
    Case("a logo that climbs", toml(more='\n[theme]\nlogo = "../../newsletter.toml"\n'),
         "newsletter.toml:18", ("no file in issues/media/",)),
    Case("an audience by an unknown attribute", toml(("{ clinic", "{ clinc")), "newsletter.toml:15",
         ('mean "clinic"?',)),
    Case("an audience by an unknown choice", toml(('clinic = ["berlin"]', 'clinic = ["munich"]')),
         "newsletter.toml:15", ("munich", "hamburg")),
    Case("a word for a number", toml(more='\n[dispatch]\ncanary = "few"\n'), "newsletter.toml:18",
         ("whole number",)),
    Case("less than nothing", toml(more="\n[dispatch]\ncanary = -1\n"), "newsletter.toml:18",
         ("at least 0",)),
    Case("a password in the file", toml(more='\n[smtp]\nhost = "a.b"\npassword = "x"\n'),
         "newsletter.toml:19", ("NEWSLETTER_SMTP__PASSWORD",)),
    Case("bytes that are not UTF-8", {"newsletter.toml": b"[site]\nname = \"\xff\"\n"},
         "newsletter.toml:2", ("UTF-8",)),
    Case("an environment file that is none", {".env": "A=1\n'no\n"}, ".env:2", ("NAME=value",)),
]  # fmt: skip


@pytest.mark.parametrize("case", SETTINGS, ids=lambda case: case.name)
def test_broken_settings_give_one_message_with_place_and_remedy(case: Case, tmp_path: Path) -> None:
    """A mistake in the settings is told once, at its line, with what to do about it."""
    with pytest.raises(ContentError) as caught:
        make_site(tmp_path, case.files)
    told = [str(problem) for problem in caught.value.problems]
    assert len(told) == 1, told
    assert told[0].startswith(f"{case.place}: ")
    for part in case.says:
        assert part in told[0]


def test_all_mistakes_of_an_issue_and_its_snippets_are_told_at_once(tmp_path: Path) -> None:
    """Whoever mends an issue sees the whole list, in the order of the files' lines."""
    files = {
        FIRST: "---\nnumber: x\nlayuot: A\nsnippets:\n- skin/collagen\n- skin/x\n---\n{{ a }}\n",
        COLLAGEN: SNIPPET.replace("kind: tip", "kind: top").replace("https://", ""),
    }
    with pytest.raises(ContentError) as caught:
        load_issue(make_site(tmp_path, files), "first")
    assert [str(problem.place) for problem in caught.value.problems] == [
        f"{FIRST}:2",
        f"{FIRST}:2",
        f"{FIRST}:3",
        f"{FIRST}:6",
        f"{FIRST}:8",
        f"{COLLAGEN}:3",
        f"{COLLAGEN}:4",
    ]


def test_a_number_used_twice_names_both_files(tmp_path: Path) -> None:
    """Two issues with one number are told apart, and the next free number is offered."""
    second = "---\nsubject: B\nnumber: 1\n---\nB\n"
    problems = check_all(make_site(tmp_path, {"issues/second.md": second}))
    assert [str(problem.place) for problem in problems] == [f"{FIRST}:2", "issues/second.md:3"]
    assert "issues/second.md" in problems[0].message
    assert FIRST in problems[1].message
    assert "next free one is 2" in problems[0].hint


@pytest.mark.parametrize("name", [FIRST, COLLAGEN, "issues/media/drop.png"])
def test_a_symbolic_link_out_of_the_site_is_refused(name: str, tmp_path: Path) -> None:
    """No file outside the site is read, by whatever name it is reached."""
    site = make_site(tmp_path / "site", snippet("image: drop.png\nalt: A"))
    outside = tmp_path / "secret"
    outside.write_bytes((site.root / name).read_bytes())
    (site.root / name).unlink()
    (site.root / name).symlink_to(outside)
    (problem,) = check_all(site)
    assert "out of the site" in problem.message


def test_a_broken_topic_is_told_by_the_list_of_topics_too(tmp_path: Path) -> None:
    """The library refuses to list topics it can not read."""
    with pytest.raises(ContentError, match=r"issues/topics/skin/_topic.md:1: .*must begin"):
        load_topics(make_site(tmp_path, {"issues/topics/skin/_topic.md": "Ask.\n"}))
