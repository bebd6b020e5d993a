"""What can be chosen about a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from newsletter.errors import UsageError
from newsletter.sandbox.faults import Fault
from newsletter.sandbox.happenings import Happening

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox behaves; the defaults suit a demo.

    Attributes:
        faults: what goes wrong, each at its rate; the rates add up to 1 at most.
        seed: makes the faults fall on the same requests each time; None means chance.
        keep: `all` keeps mails for the inbox, `counts` only the accounting.
        most_recipients: mails are kept for this many recipients; beyond, the oldest
            requests are forgotten. The accounting (about 200 bytes an address) never is.
        most_bytes: the same bound for the raw requests, in bytes.
        most_logged: recipients the log remembers, about 150 bytes each.
        events: where signed events are posted to, on this machine; empty means that none are
            made.
        happenings: what happens to accepted mail; none means the usual.

    Raises:
        UsageError: a bound below 1.
    """

    faults: tuple[Fault, ...] = ()
    seed: int | None = None
    keep: Literal["all", "counts"] = "all"
    most_recipients: int = 20_000
    most_bytes: int = 256 * MEBIBYTE
    most_logged: int = 250_000
    events: str = ""
    happenings: tuple[Happening, ...] = ()

    def __post_init__(self) -> None:
        if min(self.most_recipients, self.most_bytes, self.most_logged) < 1:
            raise UsageError(
                "The sandbox must keep at least one mail. "
                'To keep none, use keep="counts" instead of a bound of 0.'
            )
