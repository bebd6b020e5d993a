"""One message over an open SMTP connection, and what its end means for the reader (RFC 5321)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from smtplib import SMTP, SMTPException

from newsletter.model.transport import Answer, Outcome

END_OF_DATA = b".\r\n"
_LOGIN_WANTED = (530, 534, 535, 538)  # RFC 4954, 6


class Stage(Enum):
    """The last step that was begun."""

    MAIL = "MAIL FROM"
    RCPT = "RCPT TO"
    DATA = "DATA"
    END = "end of data"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one reader's message.

    Attributes:
        status: the SMTP code; 0 when the connection broke.
        words: the server's or the network's; empty when accepted.
        stop: what to answer when the connection or the letter is of no further use; the
            readers after this one are then left alone.
    """

    outcome: Outcome
    stage: Stage
    status: int = 0
    words: str = ""
    stop: Answer | None = None

    @property
    def put_off(self) -> bool:
        """Whether the server said "not now"."""
        return 400 <= self.status < 500


def hand_over(smtp: SMTP, sender: str, to: str, message: bytes) -> Verdict:
    """Send one message; the connection is ready for the next unless `stop` is set.

    Args:
        smtp: connected and logged in.
        sender: the envelope's, ASCII.
        to: the reader's address, ASCII.
        message: with CRLF line ends; dots are doubled here (RFC 5321, 4.5.2).
    """
    stage = Stage.MAIL
    try:
        code, said = smtp.mail(sender)
        if code // 100 == 2:
            stage = Stage.RCPT
            code, said = smtp.rcpt(to)
        if stage is Stage.RCPT and code // 100 == 2:
            stage = Stage.DATA
            code, said = smtp.docmd("DATA")
        if stage is Stage.DATA and code == 354:
            stage = Stage.END
            smtp.send(message.replace(b"\r\n.", b"\r\n..") + END_OF_DATA)
            code, said = smtp.getreply()
        elif code != 421:
            smtp.rset()
    except (SMTPException, OSError) as exc:
        return _broken(stage, f"{type(exc).__name__}: {exc}")
    return _judged(stage, code, said.decode("utf-8", "replace"))


def _broken(stage: Stage, words: str) -> Verdict:
    """Once the text is on its way, a broken connection hides whether it was taken."""
    if stage is Stage.END:
        return Verdict(Outcome.UNKNOWN, stage, words=words, stop=Answer.AMBIGUOUS)
    return Verdict(Outcome.UNTOUCHED, stage, words=words, stop=Answer.UNREACHABLE)


def _judged(stage: Stage, code: int, said: str) -> Verdict:
    words = f"{code} {said} ({stage.value})"
    kind = code // 100
    if stage is Stage.END and kind == 2:
        return Verdict(Outcome.ACCEPTED, stage, code)
    if kind == 4:
        stop = Answer.RATE_LIMITED if code == 421 or stage is Stage.MAIL else None
        return Verdict(Outcome.UNTOUCHED, stage, code, words, stop)
    if kind != 5 and stage is Stage.END:
        return Verdict(Outcome.UNKNOWN, stage, code, words, Answer.AMBIGUOUS)
    if kind != 5:
        return Verdict(Outcome.UNTOUCHED, stage, code, words, Answer.UNREACHABLE)
    if code in _LOGIN_WANTED:
        return Verdict(Outcome.UNTOUCHED, stage, code, words, Answer.KEY_REFUSED)
    if stage is Stage.MAIL:  # the sender is refused, whoever reads
        return Verdict(Outcome.UNTOUCHED, stage, code, words, Answer.CONTENT_REFUSED)
    return Verdict(Outcome.REJECTED, stage, code, words)
