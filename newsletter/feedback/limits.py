"""What mailbox providers bear, and a warning before they act."""

from __future__ import annotations

from collections.abc import Iterator

from newsletter.feedback.list_numbers import MAILBOX_WEEKS, Health, Mailboxes
from newsletter.feedback.mailboxes import OTHERS

COMPLAINTS_WARN, COMPLAINTS_LIMIT = 0.001, 0.003
"""Gmail: stay below 0.1 %, never reach 0.3 % (https://support.google.com/mail/answer/81126);
Yahoo: below 0.3 % (https://senders.yahooinc.com/best-practices/)."""

BOUNCES_WARN, BOUNCES_LIMIT = 0.02, 0.05
"""Amazon puts senders under review from 5 % hard bounces and advises less than 2 %
(https://docs.aws.amazon.com/ses/latest/dg/faqs-enforcement.html); others do not tell theirs."""

FEWEST_ACCEPTED = 200
"""Of fewer mails a share says nothing."""

FEWEST_TOLD = 3
"""One or two readers are no trend, whatever their share."""


def health_warnings(health: Health) -> tuple[str, ...]:
    """What to act upon before a receiver does, in plain words; empty when all is well.

    Looked at are the last `MAILBOX_WEEKS` weeks, as a whole and by mailbox provider.
    """
    late = health.weeks[-MAILBOX_WEEKS:]
    whole = Mailboxes(
        "",
        health.readers,
        sum(each.accepted for each in late),
        sum(each.bounced for each in late),
        sum(each.complaints for each in late),
    )
    return tuple(told for each in (whole, *health.mailboxes) for told in _warnings(each))


def _warnings(of: Mailboxes) -> Iterator[str]:
    if of.accepted < FEWEST_ACCEPTED:
        return
    where = f" at {of.name}" if of.name and of.name != OTHERS else ""
    if of.name == OTHERS:
        where = " at other providers"
    mails = f"of {of.accepted:,} mails{where} in the last {MAILBOX_WEEKS} weeks"
    if of.complaints >= FEWEST_TOLD and of.complaints / of.accepted >= COMPLAINTS_WARN:
        over = of.complaints / of.accepted >= COMPLAINTS_LIMIT
        limit = "over the limit of 0.3 %" if over else "near the limit of 0.3 %: stay below 0.1 %"
        share = f"{of.complaints / of.accepted:.2%}".replace("%", " %")
        yield (
            f"{of.complaints:,} {mails} were reported as spam ({share}), {limit}. "
            "Mail only those who asked, and ask those who do not open whether they still want it."
        )
    if of.bounced >= FEWEST_TOLD and of.bounced / of.accepted >= BOUNCES_WARN:
        over = of.bounced / of.accepted >= BOUNCES_LIMIT
        limit = "over the 5 % that providers bear" if over else "more than the 2 % of a sound list"
        share = f"{of.bounced / of.accepted:.1%}".replace("%", " %")
        yield (
            f"{of.bounced:,} {mails} came back for good ({share}), {limit}. "
            "Look at where these addresses came from."
        )
