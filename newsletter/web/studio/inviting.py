"""An invitation by mail, and what became of it in words."""

from __future__ import annotations

from newsletter.accounts import Accounts, Invited, Mailed, mail_invitation
from newsletter.bootstrap import App
from newsletter.errors import UsageError
from newsletter.feedback.wording import without_addresses
from newsletter.model.account import OneTimeLink
from newsletter.model.site import Site
from newsletter.model.transport import Outcome
from newsletter.web.studio.spoken import may, moment


def post_invitation(
    app: App, site: Site, accounts: Accounts, token: str, address: str, *, named: bool = True
) -> str:
    """Mail the invitation behind a token that was made just now, and write that into the log.

    Args:
        site: whose letter it is, as it is on disk right now.
        address: the whole address of the link.
        named: whether it says who invites.

    Returns:
        What became of it, as a sentence.
    """
    link = accounts.link_for(token)
    assert link is not None
    by = link.made_by if named else ""
    until = moment(link.expires_at, app)
    invited = Invited(by, link.role.value, may(link.role), address, until)
    try:
        transport = app.open_transport()
    except UsageError:
        return "Nothing is set up to send mail with, so the link has to be handed over."
    try:
        mailed = mail_invitation(site, transport, link.email, invited)
    finally:
        transport.close()
    told = {"outcome": mailed.outcome.value}
    accounts.record(link.made_by, "mailed an invitation", link.email, told)
    return _told(link, mailed)


def _told(link: OneTimeLink, mailed: Mailed) -> str:
    if mailed.outcome is Outcome.ACCEPTED:
        return f"A mail with this link is on its way to {link.email}."
    if mailed.outcome is Outcome.UNKNOWN:
        return f"A mail to {link.email} may have left: there was no clear answer."
    why = without_addresses(mailed.reason).rstrip(".") or "try again"
    return f"The mail to {link.email} was not taken: {why}."
