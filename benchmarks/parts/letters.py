"""The letter that is sent: 40 KB of HTML with four personal values."""

from __future__ import annotations

from newsletter.errors import Place
from newsletter.model.audience import Audience
from newsletter.model.content import Issue
from newsletter.model.merge import Context, MergeTag, MergeText
from newsletter.model.rendition import Rendition, Renditions

HTML_BYTES = 40_000
NONCE = "x7f3a01b2c"
ISSUE = 1

_PARAGRAPH = '<td style="padding:0 20px;color:#2b2523">Tiny channels wake up collagen.</td>\n'
_SOURCES = (
    ("subscriber.first_name", "there", Context.HTML),
    ("subscriber.clinic", "", Context.HTML),
    ("link.unsubscribe", "", Context.URL),
    ("link.preferences", "", Context.URL),
)
TAGS = tuple(
    MergeTag(f"nl{NONCE}{at:02}x", source, default, context)
    for at, (source, default, context) in enumerate(_SOURCES)
)
TOKENS = tuple(tag.token for tag in TAGS)


def html() -> str:
    """The tokens stand spread over it."""
    made = _PARAGRAPH * (HTML_BYTES // len(_PARAGRAPH))
    made = made[:200] + TOKENS[0] + made[200:20_000] + TOKENS[1] + made[20_000:]
    return made + "".join(f'<a href="{token}">link</a>' for token in TOKENS[2:])


def text() -> str:
    """About 2 KB."""
    return f"Hello {TOKENS[0]},\n" + "Tiny channels wake up collagen.\n" * 60 + TOKENS[2]


def renditions() -> Renditions:
    """An issue of one variant, as `render` would have made it."""
    issue = Issue(
        number=ISSUE,
        slug="benchmark",
        subject=MergeText(("Why microneedling works",)),
        preheader=MergeText(),
        send_at=None,
        timezone="",
        layout="classic",
        audience=Audience(),
        sections=(),
        body=MergeText(),
        topics=(),
        sources=(),
        place=Place("issues/benchmark.md"),
    )
    made = Rendition("all", (), (), f"For {TOKENS[0]}", "", html(), text(), NONCE, TAGS)
    return Renditions(issue, (made,), (), ())
