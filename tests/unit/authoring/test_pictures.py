"""Pictures of the site: stored once, never over another, deleted only when nothing uses them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from newsletter.authoring.media_shelf import media_shelf, small_copy
from newsletter.authoring.picture_names import LONGEST, safe_stem, shown_name
from newsletter.authoring.pictures import crop_picture, delete_picture, store_picture
from newsletter.authoring.uploads import Box
from newsletter.content import load_snippets
from newsletter.errors import BlockedError, NotFound, UsageError
from newsletter.model.site import Site
from tests.factories import TOML, make_site, picture
from tests.unit.authoring import hostile
from tests.unit.authoring.hostile import drawn, opened, saved

WITH_PICTURE = """\
---
title: About collagen
kind: tip
image: drop.png
alt: A drop of serum
---
Collagen is a protein.
"""

WITH_PIECES = """\
---
number: 1
subject: Hello
preheader: A first letter
snippets:
  - skin/collagen: {image: skin.png, alt: "Skin, close"}
  - image: {file: drop.png, alt: ""}
---
Hello,
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site of one issue, one snippet and one picture."""
    return make_site(tmp_path)


def media(site: Site) -> list[str]:
    """What lies in the folder of pictures, hidden files included."""
    return sorted(path.name for path in (site.root / "issues/media").iterdir())


@pytest.mark.parametrize(
    ("given", "stem"),
    [
        ("Skin.PNG", "skin"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Ada\\Desktop\\After care.jpg", "after-care"),
        ("Größe & Übung.jpeg", "grosse-ubung"),
        ("smørrebrød.webp", "smorrebrod"),
        ("美容.png", "picture"),
        ("👩‍⚕️.png", "picture"),
        ("", "picture"),
        ("...", "picture"),
        (".htaccess", "htaccess"),
        ("-rf.png", "rf"),
        ("CON.png", "picture-con"),
        ("lpt1", "picture-lpt1"),
        ("a\0b\nc.png", "a-b-c"),
        ("photo.php.png", "photo"),
        ("photo.tar.gz.exe", "photo"),
        ("%2e%2e%2fx.png", "2e-2e-2fx"),
        ("\u202egnp.exe", "gnp"),
        ("Ａｂ１.png", "ab1"),
    ],
)
def test_a_name_becomes_one_that_every_system_takes(given: str, stem: str) -> None:
    """Paths, other scripts, devices and tricks leave small letters, digits and dashes."""
    assert safe_stem(given) == stem


def test_a_very_long_name_is_cut() -> None:
    """A name of thousands of letters is cut, in the folder and in messages."""
    assert len(safe_stem("a" * 5_000 + ".png")) == LONGEST
    assert len(shown_name("a" * 5_000 + ".png")) <= LONGEST + 2
    assert shown_name("a\nb\u202e.png") == '"ab.png"'


def test_an_upload_lies_in_the_folder_and_can_be_used(site: Site) -> None:
    """What was stored is found by name, and a snippet can use it."""
    stored = store_picture(site, "After Care.PNG", saved(drawn(), "PNG"))
    assert (stored.name, stored.width, stored.height, stored.is_new) == (
        "after-care.png",
        60,
        40,
        True,
    )
    path = site.root / "issues/topics/skin/collagen.md"
    path.write_text(WITH_PICTURE.replace("drop.png", stored.name))
    (snippet,) = load_snippets(site)
    assert snippet.image is not None
    assert (snippet.image.width, snippet.image.height) == (60, 40)


def test_the_same_bytes_are_kept_once(site: Site) -> None:
    """A picture that is there is not stored a second time, whatever it is called now."""
    first = store_picture(site, "skin.jpg", hostile.photograph())
    second = store_picture(site, "other.jpg", hostile.photograph())
    assert second.name == first.name
    assert not second.is_new
    assert media(site) == ["drop.png", "skin.jpg"]


def test_a_picture_of_the_site_handed_in_again_is_known(site: Site) -> None:
    """The very file that lies there is recognised although it would be written differently."""
    data = (site.root / "issues/media/drop.png").read_bytes()
    assert store_picture(site, "download (1).png", data).name == "drop.png"


def test_other_bytes_of_the_same_name_get_a_new_name(site: Site) -> None:
    """A picture is never written over, upper and lower case being alike."""
    (site.root / "issues/media/Skin.PNG").write_bytes(picture(9, 9))
    names = [store_picture(site, "skin.png", saved(drawn(60, n), "PNG")).name for n in (40, 41, 42)]
    assert names == ["skin-2.png", "skin-3.png", "skin-4.png"]


def test_a_lying_extension_is_mended(site: Site) -> None:
    """A JPEG called .png is stored as .jpg."""
    assert store_picture(site, "skin.png", saved(drawn(), "JPEG")).name == "skin.jpg"


@pytest.mark.parametrize("data", [b"", b"<svg/>", b"<html>", hostile.bomb_png(30_000, 30_000)])
def test_what_is_refused_leaves_nothing(site: Site, data: bytes) -> None:
    """A refused file leaves no file, not even a hidden one."""
    with pytest.raises(UsageError, match=r'"evil\.png"'):
        store_picture(site, "../evil.png", data)
    assert media(site) == ["drop.png"]


def test_two_at_the_same_moment_get_two_names(site: Site) -> None:
    """Uploads of the same name at the same time never land in one file."""
    files = [saved(drawn(60, 40 + n), "PNG") for n in range(6)]
    names: list[str] = []

    def store(data: bytes) -> None:
        names.append(store_picture(site, "skin.png", data).name)

    threads = [threading.Thread(target=store, args=(data,)) for data in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(names)) == 6
    assert media(site) == sorted(["drop.png", *names])


def test_a_folder_that_leads_out_of_the_site_takes_nothing(site: Site, tmp_path: Path) -> None:
    """A symbolic link in the place of the folder is not followed out."""
    folder, outside = site.root / "issues/media", tmp_path / "outside"
    (folder / "drop.png").unlink()
    folder.rmdir()
    root = tmp_path.parent / f"{tmp_path.name}-elsewhere"
    root.mkdir()
    folder.symlink_to(root)
    with pytest.raises(UsageError, match="leads out of the site"):
        store_picture(site, "skin.png", saved(drawn(), "PNG"))
    assert not list(root.iterdir())
    assert not outside.exists()


def test_the_folder_is_made_when_it_is_not_there(tmp_path: Path) -> None:
    """The first picture of a site makes the folder."""
    site = make_site(tmp_path, {"issues/media/drop.png": None})
    (site.root / "issues/media").rmdir()
    assert store_picture(site, "skin.png", saved(drawn(), "PNG")).name == "skin.png"


def test_a_crop_is_a_new_picture(site: Site) -> None:
    """The piece stands beside its picture, which stays as it is."""
    whole = store_picture(site, "skin.png", saved(drawn(), "PNG"))
    before = (site.root / "issues/media" / whole.name).read_bytes()
    piece = crop_picture(site, whole.name, Box(0, 0, 15, 10))
    assert (piece.name, piece.width, piece.height) == ("skin-crop.png", 15, 10)
    data = (site.root / "issues/media" / piece.name).read_bytes()
    assert opened(data).convert("RGB").getpixel((7, 5)) == (255, 0, 0)
    assert (site.root / "issues/media" / whole.name).read_bytes() == before


def test_the_same_crop_twice_is_the_same_file(site: Site) -> None:
    """A second press of the button makes no second file; another piece gets its own name."""
    whole = store_picture(site, "skin.png", saved(drawn(), "PNG"))
    first = crop_picture(site, whole.name, Box(0, 0, 15, 10))
    assert crop_picture(site, whole.name, Box(0, 0, 15, 10)).name == first.name
    assert crop_picture(site, whole.name, Box(0, 0, 16, 10)).name == "skin-crop-2.png"


def test_a_crop_of_everything_is_the_picture_itself(site: Site) -> None:
    """Who keeps all of it gets no copy."""
    whole = store_picture(site, "skin.png", saved(drawn(), "PNG"))
    assert crop_picture(site, whole.name, Box(0, 0, 60, 40)).name == whole.name


def test_a_crop_of_a_picture_in_a_folder_stays_there(site: Site) -> None:
    """A folder below the pictures' keeps its pieces."""
    path = site.root / "issues/media/spring/skin.png"
    path.parent.mkdir()
    path.write_bytes(saved(drawn(), "PNG"))
    assert crop_picture(site, "spring/skin.png", Box(0, 0, 20, 20)).name == "spring/skin-crop.png"


@pytest.mark.parametrize(
    "name", ["nothing.png", "../../newsletter.toml", "/etc/passwd", "..\\x.png", "", ".x.png", "."]
)
def test_a_name_that_leads_nowhere_is_not_found(site: Site, name: str) -> None:
    """No name leads out of the folder, and none to what is no picture."""
    for ask in (
        lambda: crop_picture(site, name, Box(0, 0, 9, 9)),
        lambda: delete_picture(site, name),
        lambda: small_copy(site, name, 100),
    ):
        with pytest.raises(NotFound, match="There is no"):
            ask()
    assert media(site) == ["drop.png"]


def test_a_name_nearly_right_is_offered(site: Site) -> None:
    """The nearest name is told."""
    with pytest.raises(NotFound, match=r'Did you mean "drop\.png"'):
        delete_picture(site, "drip.png")


def test_a_link_out_of_the_folder_is_no_picture(site: Site, tmp_path: Path) -> None:
    """A symbolic link to a file outside the site is neither listed nor shown."""
    outside = tmp_path.parent / f"{tmp_path.name}-private.png"
    outside.write_bytes(picture())
    (site.root / "issues/media/link.png").symlink_to(outside)
    assert [each.name for each in media_shelf(site)] == ["drop.png"]
    with pytest.raises(NotFound):
        small_copy(site, "link.png", 100)


def test_each_picture_knows_where_it_is_used(tmp_path: Path) -> None:
    """Snippets, overrides, pieces of an issue and the logo are uses, with line and alt."""
    site = make_site(
        tmp_path,
        {
            "newsletter.toml": TOML + '[theme]\nlogo = "logo.png"\n',
            "issues/media/logo.png": picture(),
            "issues/media/skin.png": picture(30, 10),
            "issues/media/unused.png": picture(20, 10),
            "issues/first.md": WITH_PIECES,
            "issues/topics/skin/collagen.md": WITH_PICTURE,
        },
    )
    shelf = {each.name: each for each in media_shelf(site)}
    assert [(str(use.place), use.title, use.alt) for use in shelf["drop.png"].uses] == [
        ("issues/topics/skin/collagen.md:4", "About collagen", "A drop of serum"),
        ("issues/first.md:7", "Hello", ""),
    ]
    assert [use.issue for use in shelf["skin.png"].uses] == ["first"]
    assert shelf["skin.png"].alts == ("Skin, close",)
    assert shelf["drop.png"].likely_alt == "A drop of serum"
    assert [use.title for use in shelf["logo.png"].uses] == ["The logo"]
    assert shelf["unused.png"].uses == ()
    assert (shelf["skin.png"].width, shelf["skin.png"].height) == (30, 10)


def test_only_what_nothing_uses_is_deleted(tmp_path: Path) -> None:
    """A used picture stays, and the message names the line that uses it."""
    site = make_site(tmp_path, {"issues/topics/skin/collagen.md": WITH_PICTURE})
    with pytest.raises(BlockedError, match=r"issues/topics/skin/collagen\.md:4"):
        delete_picture(site, "drop.png")
    store_picture(site, "spare.png", saved(drawn(), "PNG"))
    delete_picture(site, "spare.png")
    assert media(site) == ["drop.png"]


def test_a_file_with_a_mistake_still_keeps_its_pictures(tmp_path: Path) -> None:
    """Settings that do not parse are searched as text, so that nothing they need is deleted."""
    broken = "---\ntitle: [\nimage: drop.png\n---\nWords.\n"
    site = make_site(tmp_path, {"issues/topics/skin/collagen.md": broken})
    with pytest.raises(BlockedError, match=r"collagen\.md:3"):
        delete_picture(site, "drop.png")


def test_a_file_that_is_no_picture_is_told_as_such(site: Site) -> None:
    """What someone dropped into the folder by hand is listed with what is wrong."""
    (site.root / "issues/media/page.png").write_bytes(b"<html>")
    (site.root / "issues/media/notes.txt").write_text("notes")
    (site.root / "issues/media/.hidden.png").write_bytes(picture())
    shelf = {each.name: each for each in media_shelf(site)}
    assert set(shelf) == {"drop.png", "page.png"}
    assert "is no picture" in shelf["page.png"].trouble
    with pytest.raises(UsageError, match="raster picture"):
        small_copy(site, "page.png", 100)


def test_a_small_copy_is_upright_and_bare(site: Site) -> None:
    """What pages show is written anew: small, turned, without what the camera wrote."""
    (site.root / "issues/media/phone.jpg").write_bytes(hostile.photograph(6))
    data = small_copy(site, "phone.jpg", 30)
    image = opened(data)
    assert (image.format, image.size) == ("WEBP", (20, 30))
    assert b"SECRET" not in data
    assert {each.name: (each.width, each.height) for each in media_shelf(site)}["phone.jpg"] == (
        40,
        60,
    )


def test_a_changed_picture_is_shown_anew(site: Site) -> None:
    """Another file under the same name has another mark, so no browser shows the old one."""
    path = site.root / "issues/media/drop.png"
    (before,) = media_shelf(site)
    path.write_bytes(saved(drawn(), "PNG"))
    (after,) = media_shelf(site)
    assert before.changed != after.changed
    assert (after.width, after.height) == (60, 40)
