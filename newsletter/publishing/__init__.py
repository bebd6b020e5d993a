"""Use case: from files to approved bytes.

`compose` loads, renders and checks an issue; `build` writes what readers get into a folder.
Preview, build, test mails and approval all start from the same `Composition`, so what is
seen is what is frozen.
"""

from newsletter.publishing.approving import approve, changed_since
from newsletter.publishing.asking import Asked, Asking, readers_row
from newsletter.publishing.building import (
    build,
    checked_row,
    finding_row,
    manifest,
    unchecked_row,
)
from newsletter.publishing.composing import (
    Ask,
    Composition,
    compose,
    examine,
    is_blocking,
    require_sendable,
)
from newsletter.publishing.galley import Galley, set_up
from newsletter.publishing.looking import Blamed, client_support, read_aloud, support_row
from newsletter.publishing.mails import check_mails
from newsletter.publishing.readers import neutral_reader, sample_reader
from newsletter.publishing.trying import Tried, send_test_mails
from newsletter.publishing.weighing import Weight, weigh, weight_row

__all__ = [
    "Ask",
    "Asked",
    "Asking",
    "Blamed",
    "Composition",
    "Galley",
    "Tried",
    "Weight",
    "approve",
    "build",
    "changed_since",
    "check_mails",
    "checked_row",
    "client_support",
    "compose",
    "examine",
    "finding_row",
    "is_blocking",
    "manifest",
    "neutral_reader",
    "read_aloud",
    "readers_row",
    "require_sendable",
    "sample_reader",
    "send_test_mails",
    "set_up",
    "support_row",
    "unchecked_row",
    "weigh",
    "weight_row",
]
