"""The brand's page: measured, tried on a letter, and saved over what was seen."""

from __future__ import annotations

import re
import shutil
from html import unescape
from pathlib import Path
from typing import Any

import httpx
import pytest

from newsletter.model.person import Role
from newsletter.web.studio.app import create_studio
from newsletter.web.studio.serving import studio_pictures
from tests.small_site import write_small_site
from tests.studio import Client, Studio

HERE = "/studio/brand"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site whose letters print quickly."""
    return write_small_site(tmp_path / "site")


@pytest.fixture
def admin(studio: Studio) -> Client:
    """A browser in which an admin is signed in."""
    return studio.client(Role.ADMIN)


def fields(page: str) -> dict[str, Any]:
    """What the form of a page would send, as a browser without scripts does."""
    form = page[page.index('id="brand"') :]
    found: dict[str, Any] = {}
    for name, value in re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    for name in ("scheme", "width", "csrf"):
        found.pop(name, None)
    for name, options in re.findall(r'<select[^>]*? name="([^"]+)">(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options)
        found[name] = [chosen[1] if chosen else ""]
    for name, value in re.findall(r'<textarea[^>]*? name="([^"]+)"[^>]*>\n(.*?)</textarea>', form):
        found[name] = [unescape(value)]
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def post(client: Client, act: str, part: bool = False, **changes: str) -> httpx.Response:
    """Send the form as it stands, with some fields changed."""
    typed = fields(client.get(HERE).text) | {"act": act}
    return client.post(HERE, typed | changes, part=part)


def settings(site: Path) -> str:
    """The file."""
    return (site / "newsletter.toml").read_text()


def test_saving_unchanged_changes_nothing(admin: Client, site: Path) -> None:
    """The form sends back exactly what the file says."""
    before = settings(site)
    went = post(admin, "save")
    assert (went.status_code, went.headers["location"]) == (303, HERE)
    assert settings(site) == before


def test_a_colour_is_saved_in_its_line(studio: Studio, admin: Client, site: Path) -> None:
    """Comments stay, short ways to write a colour are understood, and it is written down."""
    before = settings(site)
    went = post(admin, "save", **{"colour.accent": "#246"})
    assert went.status_code == 303
    assert settings(site) == before.replace('accent = "#8a3f4d"', 'accent = "#224466"')
    assert "theme.colours.accent" in studio.client(Role.ADMIN).get("/studio/audit").text


def test_contrast_is_measured_while_picking(admin: Client, site: Path) -> None:
    """A faint colour is told with its ratio and place, and nothing is written."""
    before = settings(site)
    said = post(admin, "measure", part=True, **{"colour.muted": "#cccccc"}).json()
    assert said["ratios"]["muted"]["tone"] == "error"
    assert re.match(r"1\.\d:1 on .*too faint: 4\.5:1 is needed", said["ratios"]["muted"]["words"])
    assert said["ratios"]["text"]["tone"] == "fine"
    assert said["summary"]["tone"] == "error"
    assert settings(site) == before


def test_a_letter_is_tried_and_nothing_is_written(admin: Client, site: Path) -> None:
    """The frame gets the real letter in the new colours, shut in, and the checks' own words."""
    before = settings(site)
    changes = {"colour.accent": "#12ab34", "colour.muted": "#cccccc", "site_name": "Tried Name"}
    said = post(admin, "look", part=True, **changes).json()
    letter = admin.get(said["letter"])
    assert "#12ab34" in letter.text
    assert "Tried Name" in letter.text
    assert "sandbox allow-same-origin;" in letter.headers["content-security-policy"]
    assert "allow-scripts" not in letter.headers["content-security-policy"]
    assert "default-src 'none'" in letter.headers["content-security-policy"]
    assert any("contrast of" in each for each in said["findings"])
    assert settings(site) == before
    address = re.search(r"/studio/brand/picture/[\w.-]+/[0-9a-f]{64}\.png", letter.text)
    assert address
    shown = admin.get(address[0])
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")


def test_the_page_comes_before_its_letter(admin: Client, site: Path) -> None:
    """The frame asks for the letter by itself; where it can not be printed it says why."""
    page = admin.get(HERE).text
    address = re.search(r'src="(/studio/brand/letter/now[^"]*)"', page)
    assert address
    assert "#8a3f4d" in admin.get(unescape(address[1])).text
    (site / "issues/first.md").write_text("---\nnumber: 1\n---\n")
    told = admin.get(unescape(address[1]))
    assert told.headers["content-type"].startswith("text/plain")
    assert "issues/first.md" in told.text


def test_a_broken_letter_does_not_stand_for_the_brand(admin: Client, site: Path) -> None:
    """The newest letter that can be read is shown; whoever asks for the broken one is told."""
    (site / "issues" / "2099-01-01-broken.md").write_text("---\nsubject: a: b\n---\n")
    page = admin.get(HERE).text
    assert "2099-01-01-broken" not in re.findall(r'<option value="([^"]+)" selected', page)
    assert "/letter/now?issue=2099" not in page


def test_another_logo_can_be_tried(admin: Client) -> None:
    """A picture that is not the logo yet is shown as it, and judged on dark."""
    said = post(admin, "look", part=True, logo="drop.png", logo_dark="").json()
    assert not said["problems"]
    assert said["letter"]


def test_without_scripts_the_page_comes_again_with_the_look(admin: Client) -> None:
    """What was typed stays in the fields, and the frame shows it."""
    page = post(admin, "look", **{"colour.accent": "#12ab34", "scheme": "dark"}).text
    assert 'value="#12ab34"' in page
    mark = re.search(r'src="(/studio/brand/letter/[\w.-]+\?v=[0-9a-f]+)"', page)
    assert mark
    assert "#12ab34" in admin.get(mark[1]).text
    assert 'class="dark"' in page


def test_a_bad_value_stands_beside_its_field(admin: Client, site: Path) -> None:
    """Every field that can not be used says so, keeps what was typed, and nothing is saved."""
    before = settings(site)
    page = post(
        admin, "save", **{"colour.accent": "reddish", "reply_to": "nobody", "site_name": ""}
    )
    assert page.status_code == 400
    assert "Is not a colour." in page.text
    assert "Is not an e-mail address." in page.text
    assert 'value="reddish"' in page.text
    assert "3 fields can not be used as typed" in page.text
    assert settings(site) == before
    said = post(admin, "look", part=True, **{"colour.accent": "reddish"}).json()
    assert set(said["problems"]) == {"colour.accent"}


def test_links_are_changed_by_name_and_order(admin: Client, site: Path) -> None:
    """Rows that are empty fall out; a new one is added."""
    links = {
        "social_label": ["YouTube", "", "Mastodon"],
        "social_link": ["https://example.com/yt", "", "https://example.com/m"],
    }
    typed = fields(admin.get(HERE).text) | {"act": "save"} | links
    assert admin.post(HERE, typed).status_code == 303
    assert 'YouTube = "https://example.com/yt"\nMastodon = "https://example.com/m"' in settings(
        site
    )
    assert "Instagram" not in settings(site)


def test_a_file_that_changed_meanwhile_is_shown_and_not_overwritten(
    admin: Client, site: Path
) -> None:
    """Both versions are told; saving once more, having seen them, writes."""
    typed = fields(admin.get(HERE).text) | {"act": "save", "site_name": "My Name"}
    theirs = settings(site).replace("#8a3f4d", "#111111", 1)
    (site / "newsletter.toml").write_text(theirs)
    page = admin.post(HERE, typed)
    assert page.status_code == 409
    assert settings(site) == theirs
    assert "changed by somebody else meanwhile" in page.text
    assert "theme.colours.accent" in page.text
    assert "#111111" in page.text
    again = fields(page.text) | {"act": "save"}
    assert again["site_name"] == "My Name"
    assert admin.post(HERE, again).status_code == 303
    assert 'name = "My Name"' in settings(site)


def test_a_variable_is_shown_as_what_decides(
    site: Path, empty_database: Path, tmp_path: Path
) -> None:
    """The field can not be changed, names the variable, and the file's line stays."""
    environ = {"NEWSLETTER_THEME__COLOURS__ACCENT": "#123456"}
    file = shutil.copy(empty_database, tmp_path / "own.db")
    with Studio(site, f"sqlite:///{file}", environ=environ) as studio:
        admin, before = studio.client(Role.ADMIN), settings(site)
        page = admin.get(HERE).text
        assert "Set by NEWSLETTER_THEME__COLOURS__ACCENT" in page
        typed = fields(page) | {"act": "save", "sender_name": "New Sender"}
        typed["colour.accent"] = "#ffffff"  # as a hand-made request would
        assert admin.post(HERE, typed).status_code == 303
    after = settings(site)
    assert 'accent = "#8a3f4d"' in after
    assert after != before


@pytest.mark.parametrize("role", [Role.EDITOR, Role.PUBLISHER])
def test_only_admins_change_the_brand(studio: Studio, role: Role, site: Path) -> None:
    """By the page or by a hand-made request, nobody else sees or changes it."""
    client, before = studio.client(role), settings(site)
    assert client.get(HERE).status_code == 403
    assert client.post(HERE, {"act": "save", "site_name": "Mine"}).status_code == 403
    assert client.get("/studio/brand/letter/abc").status_code == 403
    assert settings(site) == before


def test_a_look_that_was_let_go_says_so(admin: Client) -> None:
    """Marks that were never given, and pictures that nobody tried, are not found."""
    assert admin.get("/studio/brand/letter/0123").status_code == 404
    assert admin.get("/studio/brand/picture/0123/..%2fnewsletter.toml").status_code == 404


def test_a_look_is_the_same_in_every_process(admin: Client, studio: Studio) -> None:
    """What one printed, another prints again by its address: the letter, and a tried logo."""
    changes = {"colour.accent": "#12ab34", "logo": "drop.png", "site_name": "Tried Name"}
    said = post(admin, "look", part=True, **changes).json()
    other = create_studio(studio.side, pictures=studio_pictures(studio.side))
    elsewhere = studio.client(Role.ADMIN, other)
    letter = elsewhere.get(said["letter"])
    assert letter.text == admin.get(said["letter"]).text
    assert "#12ab34" in letter.text
    third = create_studio(studio.side, pictures=studio_pictures(studio.side))
    for address in set(re.findall(r"/studio/brand/picture/[\w.-]+/[\w.]+", letter.text)):
        assert studio.client(Role.ADMIN, third).get(address).status_code == 200
    altered = said["letter"].replace("?v=", "A?v=")
    assert elsewhere.get(altered).status_code == 404
