"""How long the HTML part will be when it arrives.

SendGrid's click tracking writes every link anew as `https://u123.ct.sendgrid.net/ls/click?upn=`
and an encrypted copy of the address and of the reader's marks. The vendor publishes no
length, so this is an estimate on the long side: a fixed part for the marks, and the address
grown by base64 and its percent-escapes. Links with `clicktracking="off"` stay as they are.
"""

from __future__ import annotations

import re

KILOBYTE = 1024
CLIP_BYTES = 102 * KILOBYTE
WARN_BYTES = 85 * KILOBYTE
TRACKED_LINK_BYTES = 450
TRACKED_GROWTH = 1.4
OPEN_PIXEL_BYTES = 600

_ANCHOR = re.compile(r"<a\b[^>]*>", re.IGNORECASE)
_HREF = re.compile(r"""\bhref\s*=\s*["']?(https?://[^"'\s>]*)""", re.IGNORECASE)
_UNTRACKED = re.compile(r"""\bclicktracking\s*=\s*["']?off\b""", re.IGNORECASE)


def sent_bytes(source: str) -> int:
    """Estimate the bytes of an HTML part, or of its beginning, after tracking was added.

    Args:
        source: HTML in final form.

    Returns:
        Bytes in UTF-8.
    """
    growth = sum(map(_growth, _ANCHOR.findall(source)))
    pixel = OPEN_PIXEL_BYTES if "</body>" in source else 0
    return len(source.encode()) + growth + pixel


def tracked_links(source: str) -> int:
    """How many links tracking will write anew."""
    return sum(_growth(anchor) > 0 for anchor in _ANCHOR.findall(source))


def _growth(anchor: str) -> int:
    href = _HREF.search(anchor)
    if href is None or _UNTRACKED.search(anchor):
        return 0
    return TRACKED_LINK_BYTES + round(len(href[1].encode()) * (TRACKED_GROWTH - 1))
