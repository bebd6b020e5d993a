"""Every command, where it lives, and what it does: read by `--help` without importing them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Command:
    """A line of the program's help.

    Attributes:
        module: in `newsletter.cli`; its `register` adds the command.
        does: the first line of the command's own help, without its full stop.
    """

    module: str
    does: str


COMMANDS = {
    "demo": Command("demo", "Send a real issue to sample readers in a local sandbox"),
    "init": Command("initialising", "Make a new site, with templates and three issues"),
    "new": Command("composing", "Begin an issue: a new file with the next free number"),
    "preview": Command("rehearsing", "Show issues in the browser as readers get them"),
    "check": Command("checking", "Say what is wrong with issues"),
    "doctor": Command("doctoring", "Say whether site and machine are fit to send"),
    "diff": Command("comparing", "Show what readers would see change"),
    "build": Command("composing", "Write an issue's final files and manifest.json"),
    "test": Command("trying", "Send test mails of an issue as it stands"),
    "approve": Command("approving", "Freeze an issue: these bytes and no others"),
    "schedule": Command("planning", "Send what was approved, at that time"),
    "unschedule": Command("planning", "Take an issue off the calendar"),
    "send": Command("sending", "Send an issue now and stay until it has ended"),
    "status": Command("standing", "Say where issues stand, counted reader by reader"),
    "pause": Command("steering", "Stop sending, between two batches"),
    "resume": Command("steering", "Go on with a paused issue where it was"),
    "cancel": Command("steering", "End an issue; whoever was not mailed yet is not mailed"),
    "correct": Command("correcting", "Send a new version to those not yet mailed"),
    "follow-up": Command("following", "Send an issue to readers it did not reach"),
    "reconcile": Command("reconciling", "Ask the provider about readers of whom nobody knows"),
    "resolve": Command("resolving", "Decide about readers of whom nobody knows"),
    "report": Command("reporting", "Say what became of an issue, in numbers that can be trusted"),
    "health": Command(
        "list_health", "Say how the list grows and shrinks, and what receivers may hold against it"
    ),
    "subscribers": Command("subscribers", "Bring readers in, look at them, let them go"),
    "people": Command("accounts", "Look after who may work in the studio"),
    "notices": Command("notices", "List what happened lately, newest first"),
    "serve": Command("serving", "Run the whole web side, with the scheduler inside"),
    "worker": Command("working", "Send, and do what else schedulers ring for, on this machine"),
    "embed": Command("embedding", "Print a sign-up form to paste into any page"),
    "sandbox": Command("rehearsing", "Run a local SendGrid that delivers nothing"),
    "db": Command("database", "Look after the database"),
    "backup": Command(
        "safekeeping", "Write database and secret key into one file, while everything runs"
    ),
    "restore": Command(
        "safekeeping",
        "Let a backup take the database's place; what it can not know is left to you",
    ),
}
