"""What the variants of an issue share: words, sections and pictures, made once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from markdown_it.common.normalize_url import normalizeLink
from markupsafe import escape

from newsletter.errors import ContentError, Problem
from newsletter.model.content import Issue, Picture, Section, Snippet, Topic
from newsletter.model.finding import Finding, Severity
from newsletter.model.merge import Context, MergeText
from newsletter.model.rendition import PictureFile
from newsletter.model.site import Site
from newsletter.rendering.allowed import is_address
from newsletter.rendering.markdown import TAKEN_OUT, Prose, read_markdown
from newsletter.rendering.mint import Mint
from newsletter.rendering.pictures import Copies, copies_of, copies_of_logo, too_narrow
from newsletter.rendering.plain import to_text
from newsletter.rendering.views import DisclaimerView, ImageView, SectionView, image_view


@dataclass(frozen=True, slots=True)
class Twofold:
    """One thing for the HTML part and the same for the text part."""

    html: str
    text: str


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything but the frame around it.

    Attributes:
        sections, plain_sections: by the section's key.
        disclaimers, plain_disclaimers: by the topic's slug.
        pictures: each file once, sorted by filename.
    """

    opening: Twofold
    sections: Mapping[str, SectionView]
    plain_sections: Mapping[str, SectionView]
    disclaimers: Mapping[str, DisclaimerView]
    plain_disclaimers: Mapping[str, DisclaimerView]
    logo: ImageView | None
    logo_dark: ImageView | None
    pictures: tuple[PictureFile, ...]
    findings: tuple[Finding, ...]


def make_parts(issue: Issue, site: Site, mint: Mint) -> Parts:
    """Make them.

    Raises:
        ContentError: pictures that can not be read, all of them at once.
    """
    gallery = _Gallery(issue, site)
    prose = _Writer(mint)
    sections = {
        section.key: _section(section, site, gallery, prose, mint) for section in issue.sections
    }
    disclaimers = {topic.slug: _disclaimer(topic, prose) for topic in issue.topics}
    return Parts(
        opening=prose.write(issue.body, top=2),
        sections={key: html for key, (html, _) in sections.items()},
        plain_sections={key: text for key, (_, text) in sections.items()},
        disclaimers={slug: html for slug, (html, _) in disclaimers.items()},
        plain_disclaimers={slug: text for slug, (_, text) in disclaimers.items()},
        logo=image_view(gallery.logo, site, site.name),
        logo_dark=image_view(gallery.logo_dark, site, site.name),
        pictures=gallery.files(),
        findings=tuple(dict.fromkeys([*prose.findings, *gallery.findings()])),
    )


class _Writer:
    """Markdown in, HTML and text out; keeps what had to be taken out."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self.findings: list[Finding] = []

    def write(self, text: MergeText, *, top: int) -> Twofold:
        prose: Prose = read_markdown(text, self._mint, top=top)
        self.findings += prose.findings
        return Twofold(prose.html, to_text(prose, self._mint))

    def address(self, text: MergeText) -> Twofold:
        url = normalizeLink(self._mint.write(text, Context.URL).strip())
        if url and not is_address(url, self._mint.prefix):
            named = self._mint.named(url)[:60]
            message = f"The link `{named}` was left out: write a whole https address."
            self.findings.append(Finding(TAKEN_OUT, Severity.WARNING, message, text.place))
            url = ""
        url = self._mint.address(url)
        return Twofold(escape(url), url)

    def line(self, text: MergeText) -> Twofold:
        html = escape(" ".join(self._mint.write(text, Context.HTML).split()))
        return Twofold(html, " ".join(self._mint.write(text, Context.TEXT).split()))


class _Gallery:
    """The pictures of an issue and of the masthead."""

    def __init__(self, issue: Issue, site: Site) -> None:
        self._issue = issue
        self._problems: list[Problem] = []
        self._copies = dict(self._make())
        self.logo = self._logo(site.theme.logo, site)
        self.logo_dark = self._logo(site.theme.logo_dark, site)
        if self._problems:
            raise ContentError(self._problems)

    def of(self, picture: Picture | None) -> Copies | None:
        return self._copies[picture.name] if picture else None

    def files(self) -> tuple[PictureFile, ...]:
        every = [*self._copies.values(), *filter(None, (self.logo, self.logo_dark))]
        named = {file.filename: file for copies in every for file in copies.files}
        return tuple(named[name] for name in sorted(named))

    def findings(self) -> Iterator[Finding]:
        for section in self._issue.sections:
            picture = section.snippet.image
            if picture:
                narrow = too_narrow(picture, self._copies[picture.name], section.snippet.place)
                if narrow:
                    yield narrow

    def _make(self) -> Iterator[tuple[str, Copies]]:
        for section in self._issue.sections:
            picture = section.snippet.image
            if picture:
                try:
                    yield picture.name, copies_of(picture)
                except ContentError as error:
                    self._problems += error.problems

    def _logo(self, name: str, site: Site) -> Copies | None:
        try:
            return copies_of_logo(name, site.root)
        except ContentError as error:
            self._problems += error.problems
            return None


def body_level(snippet: Snippet) -> int:
    """The level of the highest heading in a snippet's words."""
    return 3 if snippet.heading else 2


def _section(
    section: Section, site: Site, gallery: _Gallery, prose: _Writer, mint: Mint
) -> tuple[SectionView, SectionView]:
    snippet = section.snippet
    heading, label = prose.line(snippet.heading), prose.line(snippet.link_text)
    body = prose.write(snippet.body, top=body_level(snippet))
    link = prose.address(snippet.link)
    html = SectionView(
        key=section.key,
        kind=snippet.kind,
        template=f"snippets/{snippet.kind}.mjml",
        heading=heading.html,
        body=body.html,
        link=link.html,
        link_text=label.html,
        image=image_view(gallery.of(snippet.image), site, snippet.alt),
        interest=next((i for i in site.interests if i.slug == section.interest), None),
    )
    text = replace(html, heading=heading.text, body=body.text, link=link.text, link_text=label.text)
    return html, text


def _disclaimer(topic: Topic, prose: _Writer) -> tuple[DisclaimerView, DisclaimerView]:
    both = prose.write(topic.disclaimer, top=3)
    return DisclaimerView(topic.name, both.html), DisclaimerView(topic.name, both.text)
