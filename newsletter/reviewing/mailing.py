"""Mail a personal link, once.

`sending` is committed before a socket opens. Who dies in between leaves a mail whose fate nobody
knows: it is called that, and not mailed again by itself. The link is open whatever becomes of the
mail; a publisher can hand it over by hand.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

from newsletter.errors import NewsletterError
from newsletter.model.rendition import Rendition
from newsletter.model.review import PersonalLink, Post
from newsletter.model.site import Site
from newsletter.model.transport import Batch, Outcome, Recipient, Transport
from newsletter.rendering.system_letter import system_letter
from newsletter.rendering.system_mail import APPROVAL_REQUEST, print_approval_request
from newsletter.reviewing.links import Reviewing
from newsletter.scheduling.spoken import day_and_time
from newsletter.scheduling.timing import Timing
from newsletter.store.personal_links import claim_post, end_post, give_up_posts, retry_post

_STATE_OF = {
    Outcome.ACCEPTED: Post.SENT,
    Outcome.REJECTED: Post.FAILED,
    Outcome.UNTOUCHED: Post.FAILED,
    Outcome.UNKNOWN: Post.UNKNOWN,
}


def mail_link(
    room: Reviewing, site: Site, transport: Transport, link: PersonalLink, subject: str
) -> PersonalLink:
    """Mail a request for approval when its mail still waits; else nothing happens.

    Args:
        transport: what the site's mails go out through.
        subject: of the letter that is asked about.

    Returns:
        The link, with what became of its mail.
    """
    with room.store.write() as connection:
        now = room.store.now(connection)
        give_up_posts(connection, now)
        if not claim_post(connection, link.id, now):
            return link
    try:
        post, reason = _send(room, site, transport, link, subject)
    except Exception as problem:  # a fault of ours: perhaps it left
        post, reason = Post.UNKNOWN, type(problem).__name__
    with room.store.write() as connection:
        end_post(connection, link.id, post, reason)
    return replace(link, post=post, post_reason=reason)


def mail_again(room: Reviewing, link_id: int) -> bool:
    """Have a mail that was clearly not taken wait for another try; False for any other."""
    with room.store.write() as connection:
        return retry_post(connection, link_id)


def _send(
    room: Reviewing, site: Site, transport: Transport, link: PersonalLink, subject: str
) -> tuple[Post, str]:
    made = _printed(room, site, link, subject)
    letter = system_letter(site, made, APPROVAL_REQUEST)
    number = f"{room.store.site_id}-a{link.id:x}"
    reader = Recipient(number, link.email, "", (), "")
    receipt = transport.send(Batch(letter, number, (reader,)))
    return _STATE_OF[receipt.outcomes[0]], receipt.reasons.get(0, receipt.reason)


def _printed(room: Reviewing, site: Site, link: PersonalLink, subject: str) -> Rendition:
    """By the site's template, or bare: a site older than this mail has none."""
    until = Timing(link.expires_at.replace(tzinfo=None), "UTC", link.expires_at)
    told = {
        "name": link.name,
        "by": link.by,
        "subject": subject,
        "note": link.note,
        "link": room.address(link),
        "until": day_and_time(until, link.created_at),
    }
    try:
        return print_approval_request(site, told).rendition
    except NewsletterError:
        return _bare(site, told)


def _bare(site: Site, told: dict[str, str]) -> Rendition:
    title = f"{told['by']} asks you to approve: {told['subject']}"
    link = escape(told["link"])
    return Rendition(
        variant=APPROVAL_REQUEST,
        interests=(),
        sections=(),
        subject=title,
        preheader="",
        html=f"<!doctype html><html><body><h1>{escape(title)}</h1><p>{escape(told['note'])}</p>"
        f'<p><a href="{link}">Read it and decide</a></p></body></html>',
        text=f"{title}\n\n{told['note']}\n\n{told['link']}\n\n-- \n{site.sender.postal_address}\n",
        nonce="",
        merge_tags=(),
    )
