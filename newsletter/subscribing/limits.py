"""How many requests may come from one place, and in all.

Counted in this process: a second process doubles what one place may ask, and no more. What must
hold whatever happens, the mails one mailbox gets, is held by the database instead
(`newsletter.store.allowances`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, Storage
from limits.strategies import MovingWindowRateLimiter

from newsletter.errors import TooManyRequests

_IPV6_BITS = 64  # one customer has at least that many
_HOUR = 3_600


@dataclass(frozen=True)
class RequestLimits:
    """Lets requests pass or refuses them; safe from several threads.

    Attributes:
        by_place: of one IPv4 address or IPv6 /64.
        in_all: of everyone together: beyond it somebody is using us against others.
    """

    by_place: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(10), RateLimitItemPerHour(60))
    in_all: tuple[RateLimitItem, ...] = (RateLimitItemPerMinute(600), RateLimitItemPerHour(6_000))
    storage: Storage = field(default_factory=MemoryStorage)

    def require(self, what: str, ip: str) -> None:
        """Count one request.

        Args:
            what: each kind of request is counted by itself.
            ip: of whoever asks; empty for none, which is counted as one place.

        Raises:
            TooManyRequests: says for how many seconds to wait.
        """
        limiter = MovingWindowRateLimiter(self.storage)
        for limit in self.by_place:
            _require(limiter, limit, what, place_of(ip))
        for limit in self.in_all:
            _require(limiter, limit, what, "all")


def place_of(ip: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "nowhere"
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ip_network((int(address), _IPV6_BITS), strict=False))
    return str(address)


def _require(limiter: MovingWindowRateLimiter, limit: RateLimitItem, what: str, place: str) -> None:
    if not limiter.hit(limit, what, place):
        raise TooManyRequests("Too many requests. Try again in a while.", limit.get_expiry())
