"""Rules over final bytes: what is wrong with an issue before anybody gets it.

Pure: the same bytes, site and evidence give the same findings. Nothing here reads a file or
asks the network; what a rule must know from outside comes in as Evidence.
"""

from newsletter.checks.evidence import (
    Evidence,
    FilledMail,
    LinkAnswer,
    SenderAnswer,
    Standing,
)
from newsletter.checks.linking import addresses_of
from newsletter.checks.registry import RULES, SYSTEM_RULES, check, check_mail, specimens, unchecked
from newsletter.checks.rule import Rule, Specimen
from newsletter.checks.weight import CLIP_BYTES, WARN_BYTES, sent_bytes, tracked_links

__all__ = [
    "CLIP_BYTES",
    "RULES",
    "SYSTEM_RULES",
    "WARN_BYTES",
    "Evidence",
    "FilledMail",
    "LinkAnswer",
    "Rule",
    "SenderAnswer",
    "Specimen",
    "Standing",
    "addresses_of",
    "check",
    "check_mail",
    "sent_bytes",
    "specimens",
    "tracked_links",
    "unchecked",
]
