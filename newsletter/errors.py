"""Every error this package raises, as one tree.

::

    NewsletterError
    ├── InputError                  what a person gave us is wrong            exit 2
    │   ├── ContentError            issue, snippet or settings files          exit 2
    │   ├── TemplateError           a template in `templates/`                exit 2
    │   ├── UsageError              a command or request that makes no sense  exit 2
    │   │   └── TooManyRequests     too many of them in too short a time      exit 2
    │   └── NotFound                a name that leads nowhere                 exit 2
    ├── RenderError                 a self-check after rendering failed       exit 1
    ├── BlockedError                findings or rules forbid the next step    exit 1
    ├── Conflict                    somebody else changed the file meanwhile  exit 1
    ├── TransportError              a message could not be handed over        exit 1
    │   └── ProviderSilent          the provider did not answer a question    exit 1
    └── LedgerError                 the ledger refuses                        exit 1
        ├── IllegalStep             a state change that is not in the table
        ├── Unbalanced              candidates and deliveries do not add up
        ├── DatabaseRefused         newer, foreign or moved database      exit 2
        └── DatabaseUnreachable     a database that can not be opened     exit 2

Each carries a message a marketer can act on: what, where (`path:line`), what to do.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line in a file of the site.

    Attributes:
        path: the file, relative to the site's folder, with forward slashes.
        line: counted from 1; 0 means the file as a whole.
    """

    path: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file.

    Attributes:
        place: where it stands.
        message: what is wrong, one sentence without a full stop's worth of blame.
        hint: what to do about it; may be empty.
    """

    place: Place
    message: str
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" {self.hint}" if self.hint else "")


class NewsletterError(Exception):
    """The root of the tree; `exit_code` is what the command line answers with."""

    exit_code = 1


class InputError(NewsletterError):
    """What a person gave us can not be used as it is."""

    exit_code = 2


class _Problems(InputError):
    """An error that tells every problem of a file at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


class ContentError(_Problems):
    """Issue, snippet, topic or settings files that can not be read as such."""


class TemplateError(_Problems):
    """A file in `templates/` that is not valid Jinja or MJML."""


class UsageError(InputError):
    """A command or request that makes no sense as given."""


class TooManyRequests(UsageError):
    """Too many requests in too short a time.

    Attributes:
        retry_after: seconds after which another one may pass.
    """

    def __init__(self, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(message)


class NotFound(InputError):
    """A name that leads nowhere; the message offers the nearest right one."""


class RenderError(NewsletterError):
    """The rendered bytes failed a self-check: a fault of ours or of a template."""


class BlockedError(NewsletterError):
    """Findings or rules forbid the next step."""


class Conflict(NewsletterError):
    """A file says something else than what its editor saw; nothing was written.

    Attributes:
        path: the file, relative to the site.
        mine: what the editor wanted it to say; None when that can not be told any more.
        theirs: what it says now; None when it is gone.
        version: of `theirs`; whoever saves with it has seen it. Empty when it is gone.
        merged: both changes in one text, when they touch different settings; else None.
    """

    def __init__(
        self,
        path: str,
        mine: str | None,
        theirs: str | None,
        version: str = "",
        merged: str | None = None,
    ) -> None:
        self.path = path
        self.mine = mine
        self.theirs = theirs
        self.version = version
        self.merged = merged
        happened = "was changed" if theirs is not None else "was removed"
        super().__init__(f"{path} {happened} by somebody else meanwhile. Nothing was overwritten.")


class TransportError(NewsletterError):
    """A message could not be handed over, and why."""


class ProviderSilent(TransportError):
    """The provider did not answer a question, or not now; asking again later is harmless.

    Attributes:
        not_before: when it said that it may be asked again, aware, UTC; None if it did not.
    """

    def __init__(self, message: str, not_before: datetime | None = None) -> None:
        self.not_before = not_before
        super().__init__(message)


class LedgerError(NewsletterError):
    """The ledger refuses: doing this would break one of its rules."""


class IllegalStep(LedgerError):
    """A state change that the transition table does not have."""


class Unbalanced(LedgerError):
    """Candidates and deliveries do not add up."""


class DatabaseRefused(LedgerError):
    """A database that is newer than the program, foreign, or moved elsewhere."""

    exit_code = 2


class DatabaseUnreachable(LedgerError):
    """A database that can not be opened: no server, no folder, no right to write."""

    exit_code = 2


def nearest(name: str, known: Iterable[str]) -> str:
    """Say which known name was probably meant.

    Args:
        name: what was written.
        known: the names that exist.

    Returns:
        `Did you mean "x"?`, or the list of known names when nothing is near,
        or an empty string when there are none.
    """
    names = sorted(known)
    close = get_close_matches(name, names, n=1, cutoff=0.6)
    if close:
        return f'Did you mean "{close[0]}"?'
    return f"Known: {', '.join(names)}." if names else ""
