"""A sign-up form for any page of any site: plain HTML, no script, nothing loaded from us."""

from __future__ import annotations

from markupsafe import Markup

from newsletter.model.site import Interest, Site


def embed_form(site: Site) -> str:
    """The form, ready to be pasted.

    It carries no stamp, so its post is answered with a signed page of one button, and nothing
    is sent before that is pressed.
    """
    choices = Markup("\n").join(_choice(interest) for interest in site.interests)
    return str(
        Markup(
            '<form action="{url}/subscribe" method="post" accept-charset="utf-8">\n'
            '  <p><label>E-mail<br><input type="email" name="email" required maxlength="254" '
            'autocomplete="email"></label></p>\n'
            "  <fieldset>\n    <legend>What would you like to read?</legend>\n"
            "{choices}\n  </fieldset>\n"
            '  <input type="hidden" name="form" value="embed">\n'
            "  <p><button>Get updated</button></p>\n"
            "  <p><small>A letter from {name}. Nothing is sent before you confirm your address; "
            "one click in every letter ends it.</small></p>\n"
            "</form>\n"
        ).format(url=site.public_url, choices=choices, name=site.name)
    )


def _choice(interest: Interest) -> Markup:
    return Markup(
        '    <p><label><input type="checkbox" name="interests" value="{slug}"> {label}</label></p>'
    ).format(slug=interest.slug, label=interest.label)
