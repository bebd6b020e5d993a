"""`python -m tests.faults.alongside WHAT ORDERS`: a sending process of the version it imports.

For the program's next version, which can not be forked from this one. ORDERS is JSON; it says
on standard output what other senders say on their wire.
"""

from __future__ import annotations

import json
import sys
from multiprocessing.connection import Connection
from typing import Any, cast

from tests.faults.sender import Orders, run, run_worker


class Printed:
    """A wire that ends in a file."""

    def send(self, said: Any) -> None:
        """One line."""
        sys.stdout.write(f"{json.dumps(said)}\n")


if __name__ == "__main__":
    does = {"run": run, "run_worker": run_worker}[sys.argv[1]]
    does(Orders(**json.loads(sys.argv[2])), cast("Connection", Printed()))
