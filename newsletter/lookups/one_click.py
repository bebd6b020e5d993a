"""Whether the unsubscribe address answers as mailbox providers ask it (RFC 8058)."""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from urllib.parse import urlsplit

from newsletter.lookups.following import Follower, told
from newsletter.lookups.vetting import Refused

BODY = b"List-Unsubscribe=One-Click"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True, slots=True)
class OneClick:
    """What came back.

    Attributes:
        good: 200 and no redirect, as RFC 8058, 3.2 wants.
        told: one sentence.
    """

    good: bool
    told: str


def ask_one_click(address: str, follower: Follower) -> OneClick:
    """Post one click to an unsubscribe address.

    Args:
        address: with a signed mark of a reader who does not exist, so that nobody leaves.
    """
    try:
        status, target = follower.request("POST", urlsplit(address), body=BODY, headers=_FORM)
    except (Refused, ValueError) as problem:
        return OneClick(False, f"{problem}.")
    except (OSError, http.client.HTTPException) as problem:
        return OneClick(False, f"{urlsplit(address).hostname}: {told(problem)}.")
    if target:
        return OneClick(False, f"It redirects to {target[:80]}; providers do not follow.")
    return OneClick(status == 200, f"It answers {status} to one click.")
