"""Settings to App: the only wiring.

Nothing is opened until it is asked for; whoever opens a store or a transport closes it.
"""

from newsletter.bootstrap.app import App, load_app
from newsletter.bootstrap.clock import SystemClock
from newsletter.bootstrap.links import Links

__all__ = ["App", "Links", "SystemClock", "load_app"]
