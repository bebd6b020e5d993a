"""Which mail program or browser an open or click came from, as a family; and known machines.

A family says nothing about a person. The table is short on purpose: what it does not know is
`other`, and what only time tells (a scanner that follows every link within seconds) is found
where reports are made.
"""

from __future__ import annotations

from functools import lru_cache

MACHINE = "machine"
OTHER = "other"

# Programs that fetch without a person: scanners of mail gateways, previews of chat programs,
# crawlers, scripts. In small letters.
_MACHINES = (
    "bot",
    "crawler",
    "spider",
    "scanner",
    "preview",
    "headless",
    "barracuda",
    "proofpoint",
    "mimecast",
    "fireeye",
    "trendmicro",
    "safelinks",
    "existence discovery",  # Microsoft Office looks whether a link leads anywhere
    "facebookexternalhit",
    "whatsapp/",
    "curl/",
    "wget/",
    "python-",
    "go-http-client",
    "java/",
    "okhttp",
    "libwww",
)
# The first that fits; proxies of pictures fetch because a person opened the mail.
_FAMILIES = (
    ("googleimageproxy", "gmail"),
    ("yahoomailproxy", "yahoo"),
    ("thunderbird", "thunderbird"),
    ("microsoft outlook", "outlook"),
    ("msoffice", "outlook"),
    ("outlook-", "outlook"),
    ("edg/", "edge"),
    ("edga/", "edge"),
    ("opr/", "opera"),
    ("samsungbrowser", "samsung"),
    ("firefox/", "firefox"),
    ("fxios/", "firefox"),
    ("crios/", "chrome"),
    ("chrome/", "chrome"),
    ("safari/", "safari"),
    ("applewebkit", "apple_mail"),  # a WebKit that names no browser is Apple's mail program
)


@lru_cache(1024)
def family_of(agent: str) -> str:
    """A family of 16 characters at most; empty for an empty agent."""
    small = agent.lower()
    if not small:
        return ""
    if any(name in small for name in _MACHINES):
        return MACHINE
    return next((family for name, family in _FAMILIES if name in small), OTHER)
