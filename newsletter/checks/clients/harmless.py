"""Features whose loss costs a reader nothing, each with the reason.

Rule C01 is silent about them; `newsletter check --clients` shows them all the same. The list
is short on purpose: what stands here must leave every word and picture where it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_LAYOUT = "without it the layout stays as the inlined styles have it"
_COLOURS = "without it the mail stays light, or the client darkens it; A09 looks at both"
_LOOKS = "without it the same words stand there, a little plainer"
_SPEECH = "without it a screen reader is told less; what is seen does not change"
_SIZES = "without it text and pictures take the room they need"
_TOUCH = "without it nothing happens under the pointer"

HARMLESS: Mapping[str, str] = MappingProxyType(
    {
        "css-at-media": _LAYOUT,
        "css-at-media-hover": _TOUCH,
        "css-at-media-prefers-reduced-motion": "without it nothing moves less",
        "css-at-supports": _LAYOUT,
        "css-at-media-prefers-color-scheme": _COLOURS,
        "css-color-scheme": _COLOURS,
        "html-meta-color-scheme": _COLOURS,
        "css-border-radius": "without it corners are square",
        "css-box-shadow": _LOOKS,
        "css-text-shadow": _LOOKS,
        "css-letter-spacing": _LOOKS,
        "css-word-spacing": _LOOKS,
        "css-font-kerning": _LOOKS,
        "css-text-transform": _LOOKS,
        "css-text-decoration-color": _LOOKS,
        "css-text-decoration-thickness": _LOOKS,
        "css-text-underline-offset": _LOOKS,
        "css-at-font-face": "without it the next font of the stack is taken",
        "css-sytem-ui": "without it the next font of the stack is taken",
        "css-hyphens": _LOOKS,
        "css-widows": _LOOKS,
        "css-orphans": _LOOKS,
        "css-outline": _LOOKS,
        "css-transition": _TOUCH,
        "css-cursor": _TOUCH,
        "css-user-select": _TOUCH,
        "css-pseudo-class-hover": _TOUCH,
        "css-pseudo-class-active": _TOUCH,
        "css-pseudo-class-focus": _TOUCH,
        "css-border-spacing": "without it the cellspacing attribute counts, which MJML writes, too",
        "css-word-break": "without it only words longer than the screen run on",
        "css-overflow-wrap": "without it only words longer than the screen run on",
        "css-word-wrap": "without it only words longer than the screen run on",
        "css-height": _SIZES,
        "css-min-height": _SIZES,
        "css-overflow": _SIZES,
        "html-target": "without it the link opens where links open",
        "html-loading-attribute": "without it pictures load at once",
        "html-body": "webmail puts an element of its own in its place",
        "html-doctype": "Outlook's Word engine has a mode of its own",
        "html-semantics": "clients that do not know the element keep what is in it",
        "html-abbr": _LOOKS,
        "html-bdi": _LOOKS,
        "html-role": _SPEECH,
        "html-lang": _SPEECH,
        "html-aria-hidden": _SPEECH,
        "html-aria-label": _SPEECH,
    }
)
