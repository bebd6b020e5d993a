"""Use cases of people who work in the studio: accounts, sessions, links, the audit log."""

from newsletter.accounts.accounts import Accounts
from newsletter.accounts.office import COMMAND_LINE
from newsletter.accounts.passwords import SHORTEST, Passwords

__all__ = ["COMMAND_LINE", "SHORTEST", "Accounts", "Passwords"]
