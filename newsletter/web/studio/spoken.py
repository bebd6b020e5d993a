"""Times, roles and browsers in the words of the studio's pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from newsletter.bootstrap import App
from newsletter.model.person import Role
from newsletter.scheduling.spoken import at_site, counted, day_and_time

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_MACHINES = (
    ("iPhone", "an iPhone"),
    ("iPad", "an iPad"),
    ("Android", "Android"),
    ("CrOS", "a Chromebook"),
    ("Windows", "Windows"),
    ("Macintosh", "a Mac"),
    ("Linux", "Linux"),
)


def moment(at: datetime, app: App) -> str:
    """`Tuesday 1 December, 09:00 in Berlin`."""
    return day_and_time(at_site(at, app.site.dispatch.timezone), app.clock.now())


def day(at: datetime, app: App) -> str:
    """`Tuesday 1 December`, by the site's clock."""
    return moment(at, app).rpartition(", ")[0]


def clock_time(at: datetime, app: App) -> str:
    """`09:00:12`, by the site's clock."""
    return f"{at.astimezone(ZoneInfo(app.site.dispatch.timezone)):%H:%M:%S}"


def ago(at: datetime, app: App) -> str:
    """`5 minutes ago`, to the hour within two days and to the day after that."""
    gone = app.clock.now() - at
    if gone < 2 * _MINUTE:
        return "just now"
    if gone < 2 * _HOUR:
        return f"{counted(gone // _MINUTE, 'minute')} ago"
    if gone < 2 * _DAY:
        return f"{counted(gone // _HOUR, 'hour')} ago"
    return f"{counted(gone // _DAY, 'day')} ago"


def may(role: Role) -> str:
    """What a role may, to follow `who`: `may do what an editor may, and approve ...`."""
    return _MAY[role]


def browser(user_agent: str) -> str:
    """`Firefox on a Mac`; what it does not know is `A browser`."""
    name = next((words for mark, words in _BROWSERS if mark in user_agent), "A browser")
    machine = next((words for mark, words in _MACHINES if mark in user_agent), "")
    return f"{name} on {machine}" if machine else name


_MAY = {
    Role.EDITOR: "may write, preview and test issues, and sees no reader's address",
    Role.PUBLISHER: "may do what an editor may, and approve, schedule and stop",
    Role.ADMIN: "may do what a publisher may, and look after people, readers and settings",
}
