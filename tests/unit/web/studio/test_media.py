"""The pictures' pages: what comes in is written anew, what goes out is a copy."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest

from newsletter.model.person import Role
from tests.factories import picture
from tests.studio import Client, Studio
from tests.unit.authoring import hostile
from tests.unit.authoring.hostile import drawn, opened, saved

JPEG = "image/jpeg"


@pytest.fixture
def editor(studio: Studio) -> Client:
    """A browser in which an editor is signed in."""
    return studio.client(Role.EDITOR)


def send(client: Client, *files: tuple[str, bytes], part: bool = True) -> httpx.Response:
    """Send files as the page's form does."""
    return client.post("/studio/media", files=[("file", each) for each in files], part=part)


def media(site: Path) -> set[str]:
    """What lies in the folder."""
    return {path.name for path in (site / "issues/media").iterdir()}


def test_every_picture_is_on_the_shelf_with_its_uses(editor: Client) -> None:
    """Names, sizes and uses, as a page and for scripts."""
    page = editor.get("/studio/media").text
    assert "collagen.png" in page
    rows = editor.get("/studio/media/rows", part=True).json()["pictures"]
    row = next(each for each in rows if each["name"] == "collagen.png")
    assert row["width"] > 0
    assert row["uses"][0]["place"].startswith("issues/topics/microneedling/collagen.md:")
    assert row["alts"]
    found = editor.get("/studio/media/rows", part=True, q="COLLAGEN.png").json()["pictures"]
    assert [each["name"] for each in found] == ["collagen.png"]


def test_an_upload_is_there_at_once_and_bare(editor: Client, site: Path) -> None:
    """The stored file has nothing of the camera, and is listed first."""
    said = send(editor, ("IMG_0042.JPG", hostile.photograph())).json()
    (stored,) = said["stored"]
    assert (stored["name"], stored["width"], stored["is_new"]) == ("img-0042.jpg", 40, True)
    assert "Where it was taken" in " ".join(stored["notes"])
    assert b"SECRET" not in (site / "issues/media/img-0042.jpg").read_bytes()
    rows = editor.get("/studio/media/rows", part=True).json()["pictures"]
    assert rows[0]["name"] == "img-0042.jpg"


def test_without_scripts_a_form_does_the_same(editor: Client) -> None:
    """A plain form leads to the picture's page, or says what is wrong on the shelf."""
    went = send(editor, ("skin.png", saved(drawn(), "PNG")), part=False)
    assert (went.status_code, went.headers["location"]) == (303, "/studio/media/picture/skin.png")
    page = send(editor, ("a.svg", b"<svg/>"), ("b.png", saved(drawn(9, 9), "PNG")), part=False)
    assert page.status_code == 400
    assert "is an SVG drawing" in page.text
    assert "b.png was taken" in page.text


HOSTILE = [
    ("x.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "SVG drawing"),
    ("x.png", b"<!DOCTYPE html><script>alert(1)</script>", "is a web page"),
    ("x.png", b"", "0 bytes"),
    ("x.png", hostile.bomb_png(30_000, 30_000), "40 million pixels"),
    ("x.png", hostile.moving("PNG"), "only move GIFs"),
    ("../../../newsletter.toml", b"[site]", "is no picture"),
]


def test_hostile_files_are_refused_in_words(editor: Client, site: Path) -> None:
    """Nothing is stored, and nothing outside the folder is touched."""
    before, settings = media(site), (site / "newsletter.toml").read_bytes()
    for name, data, told in HOSTILE:
        answer = send(editor, (name, data))
        assert answer.status_code == 400
        assert told in answer.json()["problem"]
    assert media(site) == before
    assert (site / "newsletter.toml").read_bytes() == settings


def test_too_large_a_file_is_refused(editor: Client, site: Path) -> None:
    """More than the limit is not even read."""
    before = media(site)
    assert send(editor, ("x.png", b"\x89PNG" + b"x" * 22_000_000)).status_code == 413
    assert media(site) == before


def test_a_page_shows_a_copy_and_never_the_file(editor: Client, site: Path) -> None:
    """Copies are WebP, whatever the file is, under a policy that shuts everything."""
    trick = saved(drawn(), "GIF") + b"<script>alert(1)</script>"
    (site / "issues/media/trick.gif").write_bytes(trick)
    answer = editor.get("/studio/media/copy/480/trick.gif")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "filename" in answer.headers["content-disposition"]
    assert b"script" not in answer.content
    assert opened(answer.content).size == (60, 40)


NOT_SERVED = [
    ("/studio/media/copy/480/page.png", 400),
    ("/studio/media/copy/480/nothing.png", 404),
    ("/studio/media/copy/480/..%2f..%2fnewsletter.toml", 404),
    ("/studio/media/copy/480/%2e%2e/first.md", 404),
    ("/studio/media/copy/9999/logo.png", 404),
    ("/studio/media/copy/x/logo.png", 404),
    ("/studio/media/picture/..%2f..%2fnewsletter.toml", 404),
]


def test_what_is_no_picture_is_not_served(editor: Client, site: Path) -> None:
    """Neither a page under a picture's name nor anything outside the folder."""
    (site / "issues/media/page.png").write_bytes(b"<html><script>alert(1)</script>")
    for path, status in NOT_SERVED:
        answer = editor.get(path)
        assert (path, answer.status_code) == (path, status)
        assert "<script>alert" not in answer.text


def test_a_crop_is_kept_beside_the_picture(editor: Client, site: Path) -> None:
    """In the pixels of the picture, as a new file; the old one stays."""
    send(editor, ("skin.png", saved(drawn(), "PNG")))
    box = {"name": "skin.png", "left": "0", "top": "0", "width": "15", "height": "10"}
    stored = editor.post("/studio/media/crop", box, part=True).json()["stored"]
    assert (stored["name"], stored["width"], stored["height"]) == ("skin-crop.png", 15, 10)
    assert {"skin.png", "skin-crop.png"} <= media(site)
    went = editor.post("/studio/media/crop", box)
    assert went.headers["location"] == "/studio/media/picture/skin-crop.png"


def test_a_crop_that_can_not_be_is_told_beside_it(editor: Client) -> None:
    """The page comes again with the numbers as typed."""
    box = {"name": "logo.png", "left": "0", "top": "0", "width": "20", "height": "20"}
    for side, typed, told in (
        ("width", "9999", "must lie inside"),
        ("left", "-5", "must lie inside"),
        ("width", "many", "whole pixels"),
        ("height", "", "whole pixels"),
    ):
        page = editor.post("/studio/media/crop", {**box, side: typed})
        assert page.status_code == 400
        assert told in page.text
        assert not typed or f'value="{typed}"' in page.text
        assert editor.post("/studio/media/crop", {**box, side: typed}, part=True).status_code == 400


def test_only_unused_pictures_are_deleted(editor: Client, site: Path) -> None:
    """A used one stays; an unused one goes after being asked about, also without scripts."""
    refused = editor.post("/studio/media/delete", {"name": "logo.png"}, part=True)
    assert refused.status_code == 409
    assert "newsletter.toml" in refused.json()["problem"]
    (site / "issues/media/spare.png").write_bytes(picture())
    asked = editor.get("/studio/media/picture/spare.png", confirm="1").text
    assert "Delete spare.png for good?" in asked
    editor.post("/studio/media/delete", {"name": "spare.png"})
    assert "spare.png" not in media(site)
    assert "logo.png" in media(site)


def test_who_did_what_is_written_down(studio: Studio, editor: Client) -> None:
    """Taking in, cropping and deleting stand in the audit log."""
    send(editor, ("skin.png", saved(drawn(), "PNG")))
    box = {"name": "skin.png", "left": "0", "top": "0", "width": "15", "height": "10"}
    editor.post("/studio/media/crop", box)
    editor.post("/studio/media/delete", {"name": "skin-crop.png"})
    page = studio.client(Role.ADMIN).get("/studio/audit").text
    for action in ("added", "cropped", "deleted"):
        assert re.search(rf"picture.{action}", page)


def test_nobody_else_sees_or_changes_pictures(studio: Studio) -> None:
    """Who is not signed in is led to the door; a form without the session's mark is refused."""
    client = studio.client(None)
    for path in ("/studio/media", "/studio/media/copy/480/logo.png"):
        assert client.get(path).headers["location"].startswith("/studio/sign-in")
    assert send(client, ("skin.png", saved(drawn(), "PNG"))).status_code == 401
    editor = studio.client(Role.EDITOR)
    files = [("file", ("skin.png", saved(drawn(), "PNG")))]
    assert editor.post("/studio/media", files=files, csrf="wrong").status_code == 403
    assert "skin.png" not in media(studio.root)
