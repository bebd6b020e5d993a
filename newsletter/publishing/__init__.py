"""Use case: from files to approved bytes.

`compose` loads, renders and checks an issue; `build` writes what readers get into a folder.
Preview, build, test mails and approval all start from the same `Composition`, so what is
seen is what is frozen.
"""

from newsletter.publishing.approving import approve, changed_since
from newsletter.publishing.building import build, finding_row, manifest
from newsletter.publishing.composing import Composition, compose, require_sendable
from newsletter.publishing.looking import Blamed, client_support, read_aloud, support_row
from newsletter.publishing.mails import check_mails
from newsletter.publishing.readers import neutral_reader, sample_reader
from newsletter.publishing.trying import Tried, send_test_mails

__all__ = [
    "Blamed",
    "Composition",
    "Tried",
    "approve",
    "build",
    "changed_since",
    "check_mails",
    "client_support",
    "compose",
    "finding_row",
    "manifest",
    "neutral_reader",
    "read_aloud",
    "require_sendable",
    "sample_reader",
    "send_test_mails",
    "support_row",
]
