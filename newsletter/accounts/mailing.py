"""Mail an invitation, once, right after it was made.

Nothing of it is kept: a mail that was not taken, or perhaps left, is told to whoever invites, who
holds the link and can hand it over, or invites again by another one.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from html import escape
from secrets import token_hex

from newsletter.errors import NewsletterError
from newsletter.model.rendition import Rendition
from newsletter.model.site import Site
from newsletter.model.transport import Batch, Outcome, Recipient, Transport
from newsletter.rendering.system_letter import system_letter
from newsletter.rendering.system_mail import INVITATION, print_invitation


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invitation says.

    Attributes:
        by: who invites; empty for nobody by name.
        role: that the account will have.
        may: what the role may, in words: `may write, preview and test issues`.
        link: the whole address.
        until: when it ends, in words.
    """

    by: str
    role: str
    may: str
    link: str
    until: str


@dataclass(frozen=True, slots=True)
class Mailed:
    """What became of it.

    Attributes:
        reason: the words of the provider or the network; empty when it was accepted.
    """

    outcome: Outcome
    reason: str = ""


def mail_invitation(site: Site, transport: Transport, email: str, invited: Invited) -> Mailed:
    """Hand the mail over, by the site's template or, where it has none, bare.

    Args:
        transport: what the site's mails go out through; stays open.
        email: to whom.
    """
    made = _printed(site, invited)
    letter = system_letter(site, made, INVITATION)
    number = f"{INVITATION}-{token_hex(8)}"  # no mark of the ledger: events of it are nobody's
    receipt = transport.send(Batch(letter, number, (Recipient(number, email, "", (), ""),)))
    outcome = receipt.outcomes[0]
    taken = outcome is Outcome.ACCEPTED
    return Mailed(outcome, "" if taken else receipt.reasons.get(0, receipt.reason))


def _printed(site: Site, invited: Invited) -> Rendition:
    try:
        return print_invitation(site, asdict(invited)).rendition
    except NewsletterError:
        return _bare(site, invited)


def _bare(site: Site, invited: Invited) -> Rendition:
    title, address = f"You are invited to work on {site.name}", site.sender.postal_address
    ends = f"It works once, until {invited.until}."
    return Rendition(
        variant=INVITATION,
        interests=(),
        sections=(),
        subject=title,
        preheader="",
        html=f"<!doctype html><html><body><h1>{escape(title)}</h1>"
        f'<p><a href="{escape(invited.link)}">Accept the invitation</a></p>'
        f"<p>{escape(ends)}</p><p>{escape(address)}</p></body></html>",
        text=f"{title}\n\n{invited.link}\n\n{ends}\n\n-- \n{address}\n",
        nonce="",
        merge_tags=(),
    )
