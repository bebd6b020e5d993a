"""The scheduling process: APScheduler with interval jobs in memory, until Ctrl-C or SIGTERM.

The truth is in the ledger: any number of these may run, and each may be killed at any moment.
"""

from newsletter.cli.ticking import scheduling
from newsletter.scheduling.clockwork import clockwork

if __name__ == "__main__":
    with scheduling() as (jobs, stop), clockwork(*jobs):
        stop.wait()
