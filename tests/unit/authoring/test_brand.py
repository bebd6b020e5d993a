"""The brand in `newsletter.toml`: changed where it must be, kept everywhere else."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.authoring.brand import Brand, BrandSheet, read_brand, save_brand, try_brand
from newsletter.authoring.brand_text import with_settings
from newsletter.errors import Conflict, ContentError, UsageError
from tests.factories import picture, write_site

SETTINGS = """\
# The letter's own settings.

[site]
name = "Lumen"   # as readers know it
public_url = "https://news.test"

[sender]
name = "Lumen"
email = "letters@news.test"
reply_to = "hello@news.test"  # read by Ada
postal_address = "1 Test Street, 10115 Berlin"

[theme]
logo = "drop.png" # light

[theme.colours]
# The house colour.
accent = "#8a3f4d"
muted = '#6b5f5a' # quiet

# Fonts that every computer has.
[theme.fonts]
heading = "Georgia, serif"

[theme.social]
Instagram = "https://example.com/ig" # 12,000 people
YouTube = "https://example.com/yt"

# Nothing below is the brand's.
[dispatch]
timezone = "Europe/Berlin"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A site with a commented file of settings."""
    files = {"newsletter.toml": SETTINGS, "issues/media/dark.png": picture(20, 10)}
    return write_site(tmp_path, files)


def text(root: Path) -> str:
    """What the file says."""
    return (root / "newsletter.toml").read_text()


def save(root: Path, environ: Mapping[str, str] | None = None, **changes: object) -> BrandSheet:
    """Save the brand with some things changed, over the file as it is."""
    sheet = read_brand(root, environ or {})
    brand = replace(sheet.brand, **changes)  # type: ignore[arg-type]
    return save_brand(root, environ or {}, brand, sheet.version)


def colours(root: Path, **changes: str) -> dict[str, str]:
    """The colours in effect with some changed."""
    return {**read_brand(root, {}).brand.colours, **changes}


def test_the_brand_is_read_with_its_defaults(root: Path) -> None:
    """What the file does not say is as by default, so every colour can be shown."""
    brand = read_brand(root, {}).brand
    assert brand.site_name == "Lumen"
    assert brand.colours["accent"] == "#8a3f4d"
    assert brand.colours["surface"] == "#ffffff"
    assert brand.social[1] == ("YouTube", "https://example.com/yt")


def test_saving_what_is_there_writes_nothing(root: Path) -> None:
    """No byte and no time of the file changes, and defaults are not written out."""
    before = (root / "newsletter.toml").stat()
    save(root)
    assert text(root) == SETTINGS
    assert (root / "newsletter.toml").stat().st_mtime_ns == before.st_mtime_ns


def test_one_colour_changes_one_line(root: Path) -> None:
    """Comments, quotes, order and blank lines of everything else stay letter for letter."""
    save(root, colours=colours(root, accent="#224466"))
    assert text(root) == SETTINGS.replace("#8a3f4d", "#224466")


def test_the_comment_behind_a_changed_value_stays(root: Path) -> None:
    """A remark on the same line is kept."""
    save(root, site_name="Lumen & Co", colours=colours(root, muted="#555555"))
    assert 'name = "Lumen & Co"   # as readers know it\n' in text(root)
    assert 'muted = "#555555" # quiet\n' in text(root)


def test_a_new_setting_comes_last_in_its_table(root: Path) -> None:
    """It stands behind the others and before the comment that speaks of the next table."""
    save(root, colours=colours(root, line="#dddd00"), logo_dark="dark.png")
    assert '# quiet\nline = "#dddd00"\n\n# Fonts that every computer has.\n' in text(root)
    assert 'logo = "drop.png" # light\nlogo_dark = "dark.png"\n' in text(root)


def test_an_empty_value_takes_the_setting_out(root: Path) -> None:
    """A logo or reply address that is cleared leaves no line."""
    sheet = save(root, logo="", reply_to="")
    assert (sheet.brand.logo, sheet.brand.reply_to) == ("", "")
    assert "logo" not in tomllib.loads(text(root))["theme"]
    assert "reply_to" not in text(root)


def test_links_keep_their_order_and_comments(root: Path) -> None:
    """Links are added, removed and put into another order; a remark goes along with its link."""
    links = (
        ("YouTube", "https://example.com/yt"),
        ("Mast odon", "https://example.com/m?a=1"),
        ("Instagram", "https://example.com/ig"),
    )
    assert save(root, social=links).brand.social == links
    assert 'Instagram = "https://example.com/ig" # 12,000 people\n' in text(root)
    assert save(root, social=links[1:2]).brand.social == links[1:2]
    assert "Instagram" not in text(root)
    assert save(root, social=()).brand.social == ()
    assert "# Nothing below is the brand's.\n[dispatch]" in text(root)


def test_an_address_of_several_lines_is_kept(root: Path) -> None:
    """Lines stay lines."""
    address = 'Lumen "Skin"\n12 Linden Row\n10115 Berlin'
    assert save(root, postal_address=address).brand.postal_address == address


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"site_name": ""}, "site.name is missing"),
        ({"site_name": "a\nb"}, "site.name must be one line"),
        ({"reply_to": "nobody"}, "sender.reply_to is not an e-mail address"),
        ({"logo": "nothing.png"}, "theme.logo is no file in issues/media/"),
        ({"logo": "../newsletter.toml"}, "theme.logo is no file in issues/media/"),
        ({"logo": "page.png"}, "theme.logo can not be used"),
        ({"fonts": {"heading": 'Georgia"; x'}}, "theme.fonts.heading is not a list of fonts"),
        ({"social": (("X", "http://x.test"),)}, "theme.social.X must be an https address"),
        ({"social": (("", "https://x.test"),)}, "a link without a name"),
        ({"social": (("X", ""),)}, "theme.social.X has no address"),
        ({"social": (("X", "https://a.test"), ("X", "https://b.test"))}, "is there twice"),
    ],
)
def test_a_bad_value_is_refused_with_its_message(
    root: Path, changes: dict[str, object], told: str
) -> None:
    """The settings' own loader judges, and nothing is written."""
    (root / "issues/media/page.png").write_bytes(b"<html>")
    with pytest.raises(ContentError, match=told):
        save(root, **changes)
    assert text(root) == SETTINGS


def test_every_bad_value_is_told_at_once(root: Path) -> None:
    """Two mistakes are two problems."""
    with pytest.raises(ContentError) as caught:
        save(root, colours=colours(root, accent="red", muted="#12345"))
    assert len(caught.value.problems) == 2


def test_a_file_that_changed_meanwhile_is_not_overwritten(root: Path) -> None:
    """The conflict carries what it would say and what it says now, and writes nothing."""
    sheet = read_brand(root, {})
    theirs = SETTINGS.replace("#8a3f4d", "#111111")
    (root / "newsletter.toml").write_text(theirs)
    mine = replace(sheet.brand, site_name="Mine")
    with pytest.raises(Conflict) as caught:
        save_brand(root, {}, mine, sheet.version)
    assert text(root) == theirs
    assert caught.value.theirs == theirs
    assert caught.value.mine == SETTINGS.replace('name = "Lumen"   #', 'name = "Mine"   #')
    saved = save_brand(root, {}, mine, caught.value.version)
    assert saved.brand.site_name == "Mine"


def test_a_variable_beats_the_file_and_is_shown(root: Path) -> None:
    """What a variable decides is named, and the file's own line is left alone."""
    environ = {
        "NEWSLETTER_SITE__NAME": "From outside",
        "NEWSLETTER_THEME__COLOURS__ACCENT": "#123456",
        "NEWSLETTER_SENDER__POSTAL_ADDRESS": "2 Other Street",
    }
    sheet = read_brand(root, environ)
    assert sheet.brand.site_name == "From outside"
    assert sheet.fixing("site.name") == "NEWSLETTER_SITE__NAME"
    assert sheet.fixing("theme.colours.accent") == "NEWSLETTER_THEME__COLOURS__ACCENT"
    assert sheet.fixing("theme.colours.muted") == ""
    brand = replace(sheet.brand, site_name="Typed", colours=colours(root, accent="#ffffff"))
    after = save_brand(root, environ, replace(brand, sender_name="New"), sheet.version)
    assert after.brand.site_name == "From outside"
    assert 'name = "Lumen"   # as readers know it' in text(root)
    assert 'accent = "#8a3f4d"' in text(root)
    assert after.brand.sender_name == "New"


def test_a_whole_table_from_a_variable_is_fixed(root: Path) -> None:
    """A variable with a table decides everything in it."""
    environ = {"NEWSLETTER_THEME__SOCIAL": '{X = "https://x.test"}'}
    sheet = read_brand(root, environ)
    assert sheet.fixing("theme.social.X") == "NEWSLETTER_THEME__SOCIAL"
    save_brand(root, environ, replace(sheet.brand, social=()), sheet.version)
    assert text(root) == SETTINGS


def test_a_brand_can_be_tried_without_writing(root: Path) -> None:
    """The site as it would be is given, and the file stays."""
    sheet = read_brand(root, {})
    brand = replace(sheet.brand, colours=colours(root, accent="#224466"), site_name="Tried")
    site = try_brand(sheet, {}, brand)
    assert (site.name, site.theme.colours["accent"]) == ("Tried", "#224466")
    assert text(root) == SETTINGS


def test_line_ends_and_marks_of_other_systems_stay(root: Path) -> None:
    """A file from Windows stays one."""
    path = root / "newsletter.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SETTINGS.replace("\n", "\r\n").encode())
    save(root, colours=colours(root, accent="#224466", line="#010203"))
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n") == SETTINGS.count("\n") + 1


def test_a_file_without_a_theme_gets_one(tmp_path: Path) -> None:
    """Tables that are missing are made."""
    root = write_site(tmp_path)
    save(root, logo="drop.png", colours=colours(root, accent="#224466"), social=SOCIAL)
    brand = read_brand(root, {}).brand
    assert (brand.logo, brand.colours["accent"], brand.social) == ("drop.png", "#224466", SOCIAL)


SOCIAL = (("X", "https://x.test"),)


@pytest.mark.parametrize(
    "before",
    [
        'theme = { logo = "a.png" } # all\n',
        'theme.logo = "a.png"\ntheme.colours.accent = "#000000"\n',
        '[theme.colours]\naccent = "#000000"\n[site]\nname = "x"\n[theme]\nlogo = "a.png"\n',
        "[\"theme\"]\n\"logo\" = '''a.png'''\n[theme.\"colours\"]\n",
        "",
    ],
)
def test_unusual_ways_to_write_it_are_changed_or_refused(before: str) -> None:
    """Whatever way the file is written, it means what was asked for, or is left alone."""
    changes = {("theme", "logo"): "b.png", ("theme", "colours", "accent"): "#ffffff"}
    wanted = tomllib.loads(before)
    theme = wanted.setdefault("theme", {})
    theme["logo"] = "b.png"
    theme.setdefault("colours", {})["accent"] = "#ffffff"
    theme["social"] = {"X": "https://x.test"}
    try:
        after = with_settings(before, changes, SOCIAL)
    except UsageError as problem:
        assert "can not be changed here" in str(problem)  # noqa: PT017
    else:
        assert tomllib.loads(after) == wanted


def test_names_and_values_can_not_break_out(root: Path) -> None:
    """Quotes, brackets and line ends in a value or a label stay part of it."""
    links = (('A"] \n[x', "https://x.test"), ("b.c = 1 #", "https://y.test"))
    address = '"""\n[sender]\nname = \\"evil"'
    sheet = save(root, social=links, postal_address=address)
    assert sheet.brand.social == links
    assert sheet.brand.postal_address == address
    assert isinstance(sheet.brand, Brand)
