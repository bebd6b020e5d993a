"""Our local SendGrid: it takes mail like the vendor, delivers nothing, and shows it in an inbox.

It knows nothing of the product, so that it can be an honest counterpart. Start it with
`serve` (in the background) or `run` (until interrupted), or mount `create_app` yourself.
"""

from newsletter.sandbox.app import create_app
from newsletter.sandbox.faults import Fault, FaultKind, parse_fault
from newsletter.sandbox.happenings import Happening, HappeningKind, parse_happening
from newsletter.sandbox.options import SandboxOptions
from newsletter.sandbox.server import RunningSandbox, run, serve

__all__ = [
    "Fault",
    "FaultKind",
    "Happening",
    "HappeningKind",
    "RunningSandbox",
    "SandboxOptions",
    "create_app",
    "parse_fault",
    "parse_happening",
    "run",
    "serve",
]
