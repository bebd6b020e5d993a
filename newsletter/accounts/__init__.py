"""Use cases of people who work in the studio: accounts, sessions, links, the audit log."""

from newsletter.accounts.accounts import Accounts
from newsletter.accounts.mailing import Invited, Mailed, mail_invitation
from newsletter.accounts.office import COMMAND_LINE
from newsletter.accounts.passwords import SHORTEST, Passwords
from newsletter.accounts.sessions import LONGEST as SESSION_LASTS
from newsletter.accounts.typed import Mistakes

__all__ = [
    "COMMAND_LINE",
    "SESSION_LASTS",
    "SHORTEST",
    "Accounts",
    "Invited",
    "Mailed",
    "Mistakes",
    "Passwords",
    "mail_invitation",
]
