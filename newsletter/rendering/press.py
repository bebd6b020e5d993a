"""An Issue becomes its Renditions: the one path that preview, checks and dispatch share.

Pure: no clock, no chance, no database, no network. The same files give the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path

from jinja2 import Environment, Template
from markupsafe import escape

from newsletter.errors import RenderError
from newsletter.model.content import Issue
from newsletter.model.merge import Context, MergeField, MergeText
from newsletter.model.rendition import Rendition, Renditions
from newsletter.model.site import Site
from newsletter.rendering.composing import ComposedSource
from newsletter.rendering.inlining import inline_css
from newsletter.rendering.mint import Mint, choose_nonce
from newsletter.rendering.mjml import compile_composed
from newsletter.rendering.parts import Parts, make_parts
from newsletter.rendering.selfcheck import check_inlined
from newsletter.rendering.templates import render_template, template_environment
from newsletter.rendering.text_frame import TEXT_FRAME
from newsletter.rendering.utm import tagging_of
from newsletter.rendering.variants import Variant, variants
from newsletter.rendering.views import DisclaimerView, IssueView, LinksView, site_view, theme_view
from newsletter.rendering.wrapping import wrap_long_lines

TEMPLATES = "templates"
LANGUAGE = "en"
_BLANK_LINES = re.compile(r"\n{3,}")


def render(issue: Issue, site: Site) -> Renditions:
    """Render every variant of an issue.

    Args:
        issue: as authored, with all it names.
        site: its templates, theme and addresses.

    Returns:
        Renditions with tokens where a reader's values go, pictures, and findings.

    Raises:
        ContentError: too many variants, or a picture that can not be read.
        TemplateError: a template that is not valid Jinja or MJML.
        RenderError: the bytes failed a self-check.
    """
    return prepare_press(issue, site).print_all()


def prepare_press(issue: Issue, site: Site) -> Press:
    """Everything that the variants share, made; raises as `render` does."""
    offered = variants(issue, site)
    mint = Mint(_nonce(issue, site), tagging_of(issue, site))
    parts = make_parts(issue, site, mint)
    return Press(issue, site, _environments(site.root / TEMPLATES), mint, parts, offered)


@dataclass(frozen=True, slots=True)
class Press:
    """Puts the parts of one issue into its layout."""

    issue: Issue
    site: Site
    environments: _Environments
    mint: Mint
    parts: Parts
    offered: tuple[Variant, ...]

    def print_all(self, printed: Callable[[Variant], Rendition] | None = None) -> Renditions:
        """Every variant's final bytes.

        Args:
            printed: gives what this press has printed already, and has it print the rest.
        """
        return Renditions(
            issue=self.issue,
            renditions=tuple(map(printed or self.print, self.offered)),
            pictures=self.parts.pictures,
            findings=self.parts.findings,
        )

    def print(self, variant: Variant) -> Rendition:
        """One variant's final bytes."""
        subject = self._line(self.issue.subject, Context.SUBJECT)
        preheader = self._line(self.issue.preheader, Context.PREHEADER)
        html = self.html(variant)
        text = self.text(variant)
        self._assert_whole(subject, html, text)
        return Rendition(
            variant=variant.variant,
            interests=variant.interests,
            sections=tuple(section.key for section in variant.sections),
            subject=subject,
            preheader=preheader,
            html=html,
            text=text,
            nonce=self.mint.nonce,
            merge_tags=self.mint.tags_in(subject, preheader, html, text),
        )

    def html(self, variant: Variant) -> str:
        """The HTML part."""
        compiled = compile_composed(self.mjml(variant), lang=LANGUAGE)
        inlined = inline_css(compiled)
        check_inlined(compiled, inlined, [tag.token for tag in self.mint.tags_in(compiled)])
        return inlined

    def mjml(self, variant: Variant) -> ComposedSource:
        """The layout with everything in it."""
        return self.compose(self.html_context(variant))

    def compose(self, context: Mapping[str, object]) -> ComposedSource:
        """The layout with these values in it."""
        return render_template(self.environments.html, f"layouts/{self.issue.layout}.mjml", context)

    def html_context(self, variant: Variant) -> dict[str, object]:
        """What the layout's names stand for."""
        return self._shared() | {
            "lang": LANGUAGE,
            "subject": escape(self._line(self.issue.subject, Context.HTML)),
            "preheader": escape(self._line(self.issue.preheader, Context.PREHEADER)),
            "opening": self.parts.opening.html,
            "sections": [self.parts.sections[section.key] for section in variant.sections],
            "disclaimers": self._told(self.parts.disclaimers, variant),
            "links": self._links(Context.URL),
        }

    def text(self, variant: Variant) -> str:
        """The text part."""
        context = self._shared() | {
            "subject": self._line(self.issue.subject, Context.TEXT),
            "preheader": self._line(self.issue.preheader, Context.TEXT),
            "opening": self.parts.opening.text,
            "sections": [self.parts.plain_sections[section.key] for section in variant.sections],
            "disclaimers": self._told(self.parts.plain_disclaimers, variant),
            "links": self._links(Context.TEXT),
        }
        return _tidy(self._framed(context))

    def _framed(self, context: dict[str, object]) -> str:
        name = f"layouts/{self.issue.layout}.txt"
        if (self.site.root / TEMPLATES / name).is_file():
            return render_template(self.environments.text, name, context).text
        return self.environments.text_frame.render(context)

    def _told(
        self, disclaimers: Mapping[str, DisclaimerView], variant: Variant
    ) -> list[DisclaimerView]:
        """Those of the topics whose snippets this variant holds."""
        topics = {section.snippet.topic for section in variant.sections}
        told = [disclaimers[t.slug] for t in self.issue.topics if t.slug in topics]
        return [disclaimer for disclaimer in told if disclaimer.html]

    def _shared(self) -> dict[str, object]:
        return {
            "site": site_view(self.site),
            "theme": theme_view(self.site),
            "issue": IssueView(self.issue.number, self.issue.slug),
            "signup_url": f"{self.site.public_url}/",
            "logo": self.parts.logo,
            "logo_dark": self.parts.logo_dark,
        }

    def _links(self, context: Context) -> LinksView:
        def token(name: str) -> str:
            sample = f"{self.site.public_url}/{name}/sample"
            return self.mint.token(MergeField(f"link.{name}", sample), context)

        return LinksView(token("unsubscribe"), token("preferences"), token("view"))

    def _line(self, text: MergeText, context: Context) -> str:
        return _one_line(self.mint.write(text, context))

    def _assert_whole(self, *texts: str) -> None:
        if any(self.mint.strays_in(text) for text in texts):
            raise RenderError(
                f"{self.issue.place}: a merge tag was damaged while rendering. Look for a filter"
                f" (upper, truncate) in templates/layouts/{self.issue.layout} that changes values."
            )


@dataclass(frozen=True, slots=True)
class _Environments:
    """Where templates of the two parts are rendered: text has nothing to escape."""

    html: Environment
    text: Environment
    text_frame: Template


@lru_cache(maxsize=8)
def _environments(folder: Path) -> _Environments:
    """Kept, for they hold the compiled templates; a changed file is compiled anew."""
    html = template_environment(folder)
    text = html.overlay(autoescape=False)
    return _Environments(html, text, text.from_string(TEXT_FRAME))


def _nonce(issue: Issue, site: Site) -> str:
    authored = "\n".join(_authored(issue))
    others = f"{site.name}\n{site.sender}\n{site.theme}\n{site.public_url}\n{site.images_url}"
    content = f"{authored}\n{others}\n{site.utm}"
    return choose_nonce(authored.encode(), content + unescape(content))


def _authored(issue: Issue) -> Iterator[str]:
    """Everything an author wrote, in order; no paths, for they differ between machines."""
    yield from (str(issue.number), issue.slug, issue.layout)
    texts = [issue.subject, issue.preheader, issue.body]
    for section in issue.sections:
        snippet = section.snippet
        yield from (section.key, snippet.kind, snippet.alt)
        texts += [snippet.heading, snippet.body, snippet.link, snippet.link_text]
    texts += [topic.disclaimer for topic in issue.topics]
    for text in texts:
        for piece in text.pieces:
            yield piece if isinstance(piece, str) else f"{piece.source} {piece.default}"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", wrap_long_lines(lines)).strip("\n") + "\n"
