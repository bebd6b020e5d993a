"""A mail roughly as some clients show it: what they strip or ignore is taken out of the HTML.

Roughly: what the facts say does not work is gone (`stripping`), and a few rules beyond them,
each with its source, are applied by name (`clients`, `word`). What works in part is left as
it is unless a rule here says which part. Fonts, margins of the client's own page and its own
style sheet are not imitated. Apple Mail takes all as it is.
"""

from newsletter.checks.simulating.clients import CLIENTS, Client, simulate
from newsletter.checks.simulating.log import Change, Simulation

__all__ = ["CLIENTS", "Change", "Client", "Simulation", "simulate"]
