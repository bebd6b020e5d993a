"""Every change of an issue goes this way: over what the person saw, and never over anything else.

A script gets JSON; a plain form gets the page again. When the file says something else by now,
both versions are shown and the person chooses.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from difflib import unified_diff
from weakref import WeakKeyDictionary

from starlette.responses import JSONResponse, Response

from newsletter.accounts import Accounts
from newsletter.authoring.documents import Document
from newsletter.authoring.saving import change
from newsletter.errors import Conflict
from newsletter.web.studio.issue_bench import Bench

CONFLICT = 409
A_WHILE = timedelta(minutes=30)
_TOLD: WeakKeyDictionary[Accounts, dict[tuple[int, str, str], datetime]] = WeakKeyDictionary()


def saved(
    bench: Bench, edit: Callable[[str], str], document: Document | None = None, told: str = "Saved."
) -> Response:
    """Change a file and answer.

    Args:
        edit: from the text the person saw to the new one.
        document: the issue's own file when None. The form's `version` says what was seen.
        told: what the page says afterwards.
    """
    before = document or bench.document
    seen = bench.visit.form.one("version") or before.version
    try:
        after = change(bench.side.site, before, edit, seen)
    except Conflict as conflict:
        return both_shown(bench, conflict)
    if after.version != seen:
        note_edit(bench, after.name)
    return done(bench, told, version=after.version)


def note_edit(bench: Bench, name: str) -> None:
    """Who edits what, once a while: forms save themselves at every pause of typing."""
    now = bench.side.app.clock.now()
    told = _TOLD.setdefault(bench.side.accounts, {})
    key = (bench.visit.person.id, bench.slug, name)
    if key not in told or now - told[key] >= A_WHILE:
        told[key] = now
        bench.side.record(bench.visit, "issue.edited", bench.slug, file=name)


def done(bench: Bench, told: str, **facts: str) -> Response:
    """The answer to a change that was made."""
    if bench.visit.part:
        return JSONResponse({"told": told, "site": bench.side.desk.version(), **facts})
    return bench.side.went(_back(bench), told)


def both_shown(bench: Bench, conflict: Conflict) -> Response:
    """Both versions, for the person to choose."""
    values = {
        "bench": bench,
        "conflict": conflict,
        "difference": _difference(conflict),
        "action": f"{bench.path}/file",
    }
    answer = bench.side.draw(bench.visit, "issue_conflict", values, CONFLICT)
    if not bench.visit.part:
        return answer
    # 200: the script was answered what it asked, and a browser's console shows no failure.
    return JSONResponse({"problem": str(conflict), "conflict": bytes(answer.body).decode()})


def _difference(conflict: Conflict) -> list[str]:
    """Lines of a unified diff from theirs to mine, without its head; none without both."""
    if conflict.mine is None or conflict.theirs is None:
        return []
    theirs, mine = conflict.theirs.splitlines(), conflict.mine.splitlines()
    return list(unified_diff(theirs, mine, lineterm="", n=1))[2:]


def _back(bench: Bench) -> str:
    asked = bench.visit.form.one("back")
    return f"{bench.path}{asked}" if asked.startswith(("?", "#")) else bench.path
