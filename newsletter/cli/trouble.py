"""Files and folders that this account may not use, told in one line."""

from __future__ import annotations

import errno
import os

from newsletter.errors import UsageError

_ADVICE = {
    errno.EACCES: "See who owns it and the folders above it, and which account this is.",
    errno.EPERM: "See who owns it and the folders above it, and which account this is.",
    errno.EROFS: "Its disk can only be read.",
    errno.ENOSPC: "Make room on its disk, then do it again.",
    errno.ENOTDIR: "Something on the way to it is a file and no folder.",
    errno.EISDIR: "It is a folder where a file should be.",
}


def told_of_file(problem: BaseException) -> UsageError | None:
    """What is wrong with which file; None for any other failure."""
    if not isinstance(problem, OSError) or problem.filename is None:
        return None
    advice = _ADVICE.get(problem.errno or 0)
    if advice is None:
        return None
    path = os.fsdecode(problem.filename) if not isinstance(problem.filename, int) else "a file"
    return UsageError(f"{path} can not be used: {problem.strerror}. {advice}")
