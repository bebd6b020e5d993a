"""Questions to the outside that only read: web pages behind links, and DNS.

Nobody but `check --network` and `doctor --network` asks them. Every connection goes to an
address that was resolved and judged first, so that no letter can make this machine knock at
doors of its own network.
"""

from newsletter.lookups.caching import remembered
from newsletter.lookups.following import Follower, follow_all
from newsletter.lookups.mail_domain import SELECTORS, Answer, MailDomain, ask_about, sender_answer
from newsletter.lookups.names import NameServer, Records
from newsletter.lookups.one_click import ask_one_click
from newsletter.lookups.vetting import is_public, resolve

__all__ = [
    "SELECTORS",
    "Answer",
    "Follower",
    "MailDomain",
    "NameServer",
    "Records",
    "ask_about",
    "ask_one_click",
    "follow_all",
    "is_public",
    "remembered",
    "resolve",
    "sender_answer",
]
