"""The command line: one module a command group.

Exit codes: 0 done; 1 the work found errors; 2 usage or unreadable input; 3 finished with
unknown deliveries; 130 interrupted. With `--json` standard output holds one JSON document
and all else goes to standard error.
"""

from newsletter.cli.program import main

__all__ = ["main"]
