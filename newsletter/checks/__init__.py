"""Rules over final bytes: what is wrong with an issue before anybody gets it.

Pure: the same bytes, site and evidence give the same findings. Nothing here reads a file or
asks the network; what a rule must know from outside comes in as Evidence.
"""

from newsletter.checks.registry import RULES, SYSTEM_RULES, check, check_mail
from newsletter.checks.rule import Evidence, Rule, Specimen
from newsletter.checks.weight import CLIP_BYTES, WARN_BYTES, sent_bytes

__all__ = [
    "CLIP_BYTES",
    "RULES",
    "SYSTEM_RULES",
    "WARN_BYTES",
    "Evidence",
    "Rule",
    "Specimen",
    "check",
    "check_mail",
    "sent_bytes",
]
