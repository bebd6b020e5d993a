"""The look at the bytes after inlining."""

from __future__ import annotations

import pytest

from newsletter.errors import RenderError
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.mjml import compile_mjml
from newsletter.rendering.selfcheck import check_inlined, check_stable

TOKEN = "nlx7f3a01x"
SOURCE = (
    "<mjml><mj-head><mj-title>Letter</mj-title><mj-style>.a { color: red }</mj-style><mj-raw>"
    '<style data-premailer="ignore">.a { color: blue } @media (max-width: 9px) {'
    " .a { color: green !important } }</style></mj-raw></mj-head><mj-body><mj-section><mj-column>"
    f'<mj-text css-class="a"><a href="https://x.test/{TOKEN}">{TOKEN}</a></mj-text>'
    '<mj-image src="a.png" alt="❤️"/></mj-column></mj-section></mj-body></mjml>'
)
COMPILED = compile_mjml(SOURCE)
INLINED = inline_css(COMPILED)


def test_a_sound_letter_passes() -> None:
    """What compile_mjml and inline_css make passes every check."""
    check_inlined(COMPILED, INLINED, [TOKEN, "nlx7f3a02x"])
    check_stable(COMPILED, INLINED)


@pytest.mark.parametrize(
    ("find", "put", "told"),
    [
        ("<!DOCTYPE html>", "", "no longer begins with <!DOCTYPE html>"),
        ("<!DOCTYPE html>", "<!doctype html>", "no longer begins with <!DOCTYPE html>"),
        ("<!--[if mso]>", "", "<!--[if occurs"),
        ("@media", "@print", "letter: @media occurs"),
        (" !important", "", "!important inside @media occurs"),
        (f"/{TOKEN}", "/", f"the merge tag {TOKEN} occurs 1 times instead of 2"),
        (f">{TOKEN}<", f">{TOKEN}{TOKEN}<", f"the merge tag {TOKEN} occurs 3 times instead of 2"),
    ],
)
def test_damage_is_told(find: str, put: str, told: str) -> None:
    """Each kind of damage stops the letter and is named."""
    assert find in INLINED
    with pytest.raises(RenderError) as caught:
        check_inlined(COMPILED, INLINED.replace(find, put), [TOKEN])
    assert told in str(caught.value)


def test_important_outside_media_does_not_count() -> None:
    """Only breakpoints live by !important; inlining may resolve others."""
    check_inlined(COMPILED.replace("color: red", "color: red !important"), INLINED, [TOKEN])


def test_all_damage_is_told_at_once() -> None:
    """One message names everything that is wrong."""
    with pytest.raises(RenderError, match=r"DOCTYPE html>; @media occurs 0 times"):
        check_inlined(COMPILED, INLINED.replace("<!DOCTYPE html>", "").replace("@media", ""), [])


def test_incomplete_inlining_is_told() -> None:
    """A second pass that still changes something shows that the first was not complete."""
    without = INLINED.replace("color:red", "", 1)
    assert without != INLINED
    with pytest.raises(RenderError, match="second time"):
        check_stable(COMPILED, without)
