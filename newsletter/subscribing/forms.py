"""Was this form filled in by a person who looked at it? A signed stamp and a trap tell.

The stamp says when the form was shown. A post without a good one is not refused: whoever sent
it gets a page with one button, which is a form of ours again, and nothing is sent before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from itsdangerous import BadSignature, TimestampSigner

from newsletter.model.ports import Clock
from newsletter.tokens import Signer

YOUNGEST = timedelta(seconds=2)  # nobody types an address in less
OLDEST = timedelta(hours=4)
_USE = "form"


class Verdict(StrEnum):
    """What to do with a post."""

    GENUINE = "genuine"
    ASK_AGAIN = "ask_again"  # answer a signed page with one button; send nothing
    TRAPPED = "trapped"  # a program filled in what people do not see: say thanks, do nothing


class FormStamps:
    """Makes and judges them.

    Args:
        signer: lends its keys; forms signed with a retired key still pass.
    """

    def __init__(self, signer: Signer, clock: Clock) -> None:
        # itsdangerous signs with the last of its keys and tries them all.
        self._keys = [key.hex() for key in reversed(signer.derived(_USE))]
        self._clock = clock

    def make(self, form: str) -> str:
        """A stamp for a form that is shown now.

        Args:
            form: its name; a stamp of one form does not serve another.
        """
        return _Stamper(self._keys, form, self._clock).sign(form).decode()

    def judge(self, form: str, stamp: str, trap: str = "") -> Verdict:
        """What to do with a post.

        Args:
            stamp: as posted; anything at all.
            trap: what stands in the field that people do not see.
        """
        if trap:
            return Verdict.TRAPPED
        made_at = self._made_at(form, stamp)
        if made_at is None:
            return Verdict.ASK_AGAIN
        age = self._clock.now() - made_at
        return Verdict.GENUINE if YOUNGEST <= age <= OLDEST else Verdict.ASK_AGAIN

    def _made_at(self, form: str, stamp: str) -> datetime | None:
        try:
            name, made_at = _Stamper(self._keys, form, self._clock).unsign(
                stamp.encode("utf-8", "surrogatepass"), return_timestamp=True
            )
        except BadSignature:
            return None
        return made_at if name.decode() == form else None


class _Stamper(TimestampSigner):
    """Counts milliseconds where itsdangerous counts seconds, and takes our clock."""

    default_digest_method = staticmethod(sha256)

    def __init__(self, keys: Sequence[str], form: str, clock: Clock) -> None:
        super().__init__(list(keys), salt=f"newsletter-form-{form}")
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock.now().timestamp() * 1000)

    def timestamp_to_datetime(self, ts: int) -> datetime:
        return datetime.fromtimestamp(ts / 1000, tz=UTC)
