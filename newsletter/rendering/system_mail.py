"""The program's own mails: a folder of `templates/mail/` becomes subject, HTML and text.

`subject.txt`, `body.mjml` and `body.txt` go the way of a letter: Jinja in its sandbox, MJML,
inlined CSS, tokens where a reader's values go. Each mail is offered the few values it may hold
(`OFFERS`); a template that asks for another is told so. A confirmation goes to an address that a
stranger may have typed: it is offered its own link and nothing that anybody wrote into a form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from jinja2 import Environment

from newsletter.errors import RenderError
from newsletter.model.consent import MailName
from newsletter.model.merge import Context, MergeField
from newsletter.model.rendition import Mail, PictureFile, Rendition
from newsletter.model.site import Site
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.merge import fill
from newsletter.rendering.mint import Mint, choose_nonce
from newsletter.rendering.mjml import compile_composed
from newsletter.rendering.pictures import Copies, copies_of_logo
from newsletter.rendering.press import LANGUAGE, TEMPLATES
from newsletter.rendering.templates import render_template, template_environment
from newsletter.rendering.views import image_view, site_view, theme_view
from newsletter.rendering.wrapping import wrap_long_lines

_BLANK_LINES = re.compile(r"\n{3,}")
_FIRST_NAME = MergeField("subscriber.first_name", "there")


def _link(name: str) -> MergeField:
    return MergeField(f"link.{name}")


OFFERS: Mapping[MailName, Mapping[str, MergeField]] = MappingProxyType(
    {
        MailName.CONFIRM: {"confirm": _link("confirm")},
        MailName.WELCOME: {
            "first_name": _FIRST_NAME,
            "preferences": _link("preferences"),
            "unsubscribe": _link("unsubscribe"),
        },
        MailName.GOODBYE: {"undo": _link("undo")},
        MailName.FRESH_LINK: {"fresh": _link("fresh")},
        MailName.PREFERENCES_LINK: {
            "preferences": _link("preferences"),
            "unsubscribe": _link("unsubscribe"),
        },
        MailName.ADDRESS_CHANGE: {"address_change": _link("address_change")},
    }
)
"""What a template may write after `reader.`, and where the value comes from."""

NOTICE = "notice"
"""The folder of what people of the site are told; it is no reader's mail."""

APPROVAL_REQUEST = "approval-request"
"""The folder of what somebody without an account gets who is asked to approve a letter."""

INVITATION = "invitation"
"""The folder of what somebody gets who is invited into the studio."""


@dataclass(frozen=True, slots=True)
class LatestIssue:
    """An issue that new readers may look at.

    Attributes:
        url: absolute, in the archive.
    """

    subject: str
    url: str


@dataclass(frozen=True, slots=True)
class MailForm:
    """A mail of the system, ready for any reader's values.

    Attributes:
        rendition: its `variant` is the mail's name.
        pictures: what its HTML shows; they must be served.
    """

    rendition: Rendition
    pictures: tuple[PictureFile, ...]


def print_mail(site: Site, name: MailName, latest: LatestIssue | None = None) -> MailForm:
    """Render a mail with tokens where a reader's values go; some 30 ms, so keep it.

    Args:
        latest: shown in the welcome; None while nothing was sent yet.

    Raises:
        TemplateError: a file of its folder is missing, or not valid Jinja or MJML.
        ContentError: the logo can not be read.
        RenderError: the bytes failed a self-check.
    """
    return _Press(site, name, latest).form()


def print_notice(site: Site, title: str, words: str) -> MailForm:
    """Render what people of the site are told: complete, with nothing left to fill in.

    Raises:
        TemplateError: a file of its folder is missing, or not valid Jinja or MJML.
        ContentError: the logo can not be read.
    """
    return _Press(site, NOTICE, None, {"notice": {"title": title, "words": words}}).form()


def print_approval_request(site: Site, asked: Mapping[str, str]) -> MailForm:
    """Render what asks somebody to approve a letter: complete, with nothing left to fill in.

    Args:
        asked: `name` of whom, `by` whom, `subject` of the letter, `note` (may be empty), `link`,
            and `until` when it is open.

    Raises:
        TemplateError: a file of its folder is missing, or not valid Jinja or MJML.
        ContentError: the logo can not be read.
    """
    return _Press(site, APPROVAL_REQUEST, None, {"asked": asked}).form()


def print_invitation(site: Site, invited: Mapping[str, str]) -> MailForm:
    """Render what invites somebody into the studio: complete, with nothing left to fill in.

    Args:
        invited: `by` whom (may be empty), as which `role`, what that role `may`, `link`, and
            `until` when it is good.

    Raises:
        TemplateError: a file of its folder is missing, or not valid Jinja or MJML.
        ContentError: the logo can not be read.
    """
    return _Press(site, INVITATION, None, {"invited": invited}).form()


def render_mail(
    site: Site, name: MailName, values: Mapping[str, str], latest: LatestIssue | None = None
) -> Mail:
    """One reader's own mail, for previews and checks; raises as `print_mail` does.

    Args:
        values: source -> value: `subscriber.first_name`, `link.confirm`.
    """
    return fill(print_mail(site, name, latest).rendition, values)


class _Press:
    def __init__(
        self,
        site: Site,
        name: str,
        latest: LatestIssue | None,
        given: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self._site = site
        self._name = name
        self._latest = latest
        self._given = given or {}
        self._offers: Mapping[str, MergeField] = OFFERS[MailName(name)] if given is None else {}
        self._environment = template_environment(site.root / TEMPLATES)
        self._mint = Mint(_nonce(site, name, latest))
        self._logo = copies_of_logo(site.theme.logo, site.root)
        self._logo_dark = copies_of_logo(site.theme.logo_dark, site.root)

    def form(self) -> MailForm:
        subject = " ".join(self._text("subject.txt", Context.SUBJECT).split())
        html = self._html(subject)
        body = self._text("body.txt", Context.TEXT)
        text = _BLANK_LINES.sub("\n\n", wrap_long_lines(body)).strip() + "\n"
        self._assert_whole(subject, html, text)
        rendition = Rendition(
            variant=self._name,
            interests=(),
            sections=(),
            subject=subject,
            preheader="",
            html=html,
            text=text,
            nonce=self._mint.nonce,
            merge_tags=self._mint.tags_in(subject, html, text),
        )
        return MailForm(rendition, self._pictures())

    def _html(self, subject: str) -> str:
        context = self._context(Context.HTML) | {"subject": subject, "lang": LANGUAGE}
        composed = render_template(self._environment, self._file("body.mjml"), context)
        return inline_css(compile_composed(composed, lang=LANGUAGE))

    def _text(self, file: str, context: Context) -> str:
        plain: Environment = self._environment.overlay(autoescape=False)
        return render_template(plain, self._file(file), self._context(context)).text

    def _file(self, name: str) -> str:
        return f"mail/{self._name}/{name}"

    def _context(self, context: Context) -> dict[str, object]:
        return {
            "site": site_view(self._site),
            "theme": theme_view(self._site),
            "signup_url": f"{self._site.public_url}/",
            "reader": {
                name: self._mint.token(field, _landing(field, context))
                for name, field in self._offers.items()
            },
            **self._given,
            "latest": self._latest,
            "logo": image_view(self._logo, self._site, self._site.name),
            "logo_dark": image_view(self._logo_dark, self._site, self._site.name),
        }

    def _pictures(self) -> tuple[PictureFile, ...]:
        every: list[Copies] = [c for c in (self._logo, self._logo_dark) if c is not None]
        return tuple(file for copies in every for file in copies.files)

    def _assert_whole(self, *texts: str) -> None:
        if any(self._mint.strays_in(text) for text in texts):
            raise RenderError(
                f"templates/mail/{self._name}: a reader's value was damaged while rendering. "
                "Write it as it is, without filters."
            )


def _landing(field: MergeField, context: Context) -> Context:
    is_address = field.source.startswith("link.")
    return Context.URL if is_address and context is Context.HTML else context


def _nonce(site: Site, name: str, latest: LatestIssue | None) -> str:
    content = f"{name}\n{site.name}\n{site.sender}\n{site.theme}\n{site.public_url}\n{latest}"
    return choose_nonce(content.encode(), content)
