"""A whole, faultless mail written by hand, and ways to break it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from newsletter.checks import Evidence, check
from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.content import Issue, Picture, Section, Snippet
from newsletter.model.finding import Finding
from newsletter.model.merge import Context, MergeTag, MergeText
from newsletter.model.rendition import PictureFile, Rendition, Renditions
from newsletter.model.site import Sender, Site

NONCE = "7f3a01"
UNSUBSCRIBE = MergeTag(f"nl{NONCE}0x", "link.unsubscribe", "", Context.URL)
NAME = MergeTag(f"nl{NONCE}1x", "subscriber.first_name", "there", Context.HTML)
ADDRESS = "Lumen Skin Clinic, 12 Linden Row, 10115 Berlin"
SHA = "ab" * 32

HTML = f"""<!DOCTYPE html>
<html lang="en"><head><title>Hello</title>
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<style>:root {{ color-scheme: light dark; supported-color-schemes: light dark; }}
@media (max-width:480px) {{ .mj-column-per-50 {{ width:100% !important; max-width:100%; }} }}
</style></head><body>
<!--[if mso | IE]><table width="600"><tr><td><![endif]-->
<div lang="en" dir="ltr" style="max-width:600px"><h1>Hello</h1><p>Hello {NAME.token}, read on.</p>
<img src="https://news.example.com/media/{SHA}.png" width="300" alt="Fine channels in skin">
<a href="https://example.com/book">Book a consultation</a>
<!-- the way out -->
<p><a href="{UNSUBSCRIBE.token}" clicktracking="off">Unsubscribe</a></p>
<p>Lumen Skin Clinic<br>12 Linden Row<br>10115 Berlin</p></div>
<!--[if mso | IE]></td></tr></table><![endif]-->
</body></html>"""

TEXT = f"""Hello

Hello {NAME.token}, read on: tiny channels wake the skin up, and what they wake
does the work in the weeks that follow, as our first piece explains at length.

Book a consultation: https://example.com/book

Unsubscribe: {UNSUBSCRIBE.token}
{ADDRESS}
"""

PREHEADER = "Tiny channels, and what they have to do with your serum"
WORDS = (
    "Tiny channels wake the skin up, and what they wake does the work in the weeks that follow: "
    "the skin makes new collagen of its own, a little every day."
)

SITE = Site(
    root=Path("/nowhere"),
    name="Lumen",
    public_url="http://127.0.0.1:8700",
    images_url="http://127.0.0.1:8700/media",
    sender=Sender("Lumen", "letters@lumen.test", postal_address=ADDRESS),
    interests=(),
)
RENDITION = Rendition(
    variant="all",
    interests=(),
    sections=("skin/channels",),
    subject="Hello",
    preheader=PREHEADER,
    html=HTML,
    text=TEXT,
    nonce=NONCE,
    merge_tags=(UNSUBSCRIBE, NAME),
)
PICTURE = PictureFile("channels.png", SHA, "png", 300, 200, b"")
SNIPPET_PLACE = Place("issues/topics/skin/channels.md", 1)
ISSUE_PLACE = Place("issues/hello.md", 1)


def issue(alt: str = "Fine channels in skin") -> Issue:
    """An issue with one snippet, whose picture has this alternative text."""
    image = Picture("channels.png", Path("/nowhere/channels.png"), 300, 200)
    words = MergeText(("Channels",))
    body = MergeText((WORDS,), Place(SNIPPET_PLACE.path, 7))
    snippet = Snippet(
        slug="skin/channels",
        kind="tip",
        title="Channels",
        heading=words,
        body=body,
        interest="tips",
        image=image,
        alt=alt,
        link=MergeText(),
        link_text=MergeText(),
        evidence="",
        place=SNIPPET_PLACE,
    )
    return Issue(
        number=1,
        slug="hello",
        subject=words,
        preheader=words,
        send_at=None,
        timezone="",
        layout="classic",
        audience=Audience(),
        sections=(Section("skin/channels", snippet, ISSUE_PLACE),),
        body=words,
        topics=(),
        sources=(),
        place=ISSUE_PLACE,
    )


def renditions(*changed: Rendition, alt: str = "Fine channels in skin") -> Renditions:
    """The whole of some renditions."""
    return Renditions(issue(alt), changed or (RENDITION,), (PICTURE,), ())


def findings(
    rule: str,
    html: str = HTML,
    text: str = TEXT,
    *,
    subject: str = "Hello",
    preheader: str = PREHEADER,
    alt: str = "Fine channels in skin",
    site: Site = SITE,
    evidence: Evidence | None = None,
    made_of: Issue | None = None,
) -> list[Finding]:
    """What one rule finds in the faultless mail with some parts replaced.

    Args:
        made_of: the issue, for rules about what was written.
    """
    rendition = replace(RENDITION, html=html, text=text, subject=subject, preheader=preheader)
    whole = replace(renditions(rendition, alt=alt), **({"issue": made_of} if made_of else {}))
    found = check(whole, site, evidence or Evidence())
    return [finding for finding in found if finding.rule == rule]


def with_body(addition: str) -> str:
    """The faultless HTML with something more at the end of its body."""
    return HTML.replace("</body>", f"{addition}</body>")


def with_head(addition: str) -> str:
    """The faultless HTML with something more in its head."""
    return HTML.replace("</head>", f"{addition}</head>")
