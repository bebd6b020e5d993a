"""The pairs of colours that a site's templates make, and how they are judged."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from newsletter.bootstrap import load_app
from newsletter.model.site import Site
from newsletter.publishing import compose
from newsletter.publishing.colouring import Pair, judge_pairs, pairs_of

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A copy of the site in this repository."""
    folder = tmp_path_factory.mktemp("site")
    for name in ("issues", "templates"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "newsletter.toml", folder)
    return load_app(folder, {}, folder).site


def test_every_pair_that_templates_make_is_found(site: Site) -> None:
    """Words on the sheet, in each card, on the button and the panel are pairs, light and dark."""
    met = {(pair.ink, pair.ground, pair.dark) for pair in pairs_of(site)}
    assert {
        ("text", "surface", False),
        ("muted", "background", False),
        ("accent_text", "accent", False),
        ("tip_ink", "tip_surface", False),
        ("panel_text", "panel", False),
        ("text_dark", "surface_dark", True),
        ("accent_text_dark", "accent_dark", True),
    } <= met
    assert ("text", "text", False) not in met


def test_a_pair_is_judged_as_the_check_judges_it(site: Site) -> None:
    """What the page calls faint is what A09 finds in a letter, with the same ratio."""
    colours = {**site.theme.colours, "tip_ink": "#c08090"}
    faint = replace(site, theme=replace(site.theme, colours=colours))
    app = load_app(site.root, {}, site.root)
    found = compose(faint, 12, app.evidence).findings
    told = [each.message for each in found if each.rule == "A09" and "in light" in each.message]
    bad = [each for each in judge_pairs(pairs_of(site), colours) if not each.enough]
    assert {each.pair.ink for each in bad} == {"tip_ink"}
    assert any(f"{bad[0].ratio:.2f}:1" in message for message in told)


def test_a_change_of_colours_measures_and_does_not_print(site: Site) -> None:
    """The pairs depend on templates alone: a letter is printed once, whatever colours come."""
    assert pairs_of(site) is pairs_of(replace(site, name="Another"))


def test_a_changed_template_is_read_anew(tmp_path: Path, site: Site) -> None:
    """A look that puts other colours together makes other pairs."""
    shutil.copytree(site.root, tmp_path / "site")
    own = replace(site, root=tmp_path / "site")
    assert Pair("muted", "tip_surface", False, 4.5) not in pairs_of(own)
    look = tmp_path / "site/templates/snippets/tip.mjml"
    added = '<mj-text><p style="color: {{ palette.muted }}">x</p></mj-text></mj-column>'
    look.write_text(look.read_text().replace("</mj-column>", added, 1))
    assert Pair("muted", "tip_surface", False, 4.5) in pairs_of(own)


def test_ratios_are_those_of_wcag() -> None:
    """Black on white has 21:1, a colour on itself 1:1; what is no colour is left out."""
    pairs = (Pair("text", "surface", False, 4.5), Pair("text", "gone", False, 4.5))
    (judged,) = judge_pairs(pairs, {"text": "#000000", "surface": "#ffffff", "gone": "red;"})
    assert round(judged.ratio, 2) == 21
    assert judged.enough
    (same,) = judge_pairs(pairs[:1], {"text": "#888888", "surface": "#888888"})
    assert same.ratio == 1
    assert not same.enough


def test_what_clients_turn_round_is_measured_too() -> None:
    """A pair that can be read as sent may be lost where a client inverts; dark ones stay."""
    light = Pair("text", "surface", False, 4.5)
    (judged,) = judge_pairs((light,), {"text": "#767676", "surface": "#ffffff"})
    assert judged.enough
    assert judged.turned is not None
    (dark,) = judge_pairs((replace(light, dark=True),), {"text": "#eeeeee", "surface": "#111111"})
    assert dark.turned is None
    assert dark.survives
