"""Whether an index survives what can happen to it: ``python -m bench.crash --kills 300 --faults 300 --damages 500``.

Kills: kill -9 at random points of adding, updating, renaming, moving, removing, forgetting and migrating. Faults: a
write, a sync or a rename that fails, a disk that is full, a kill at just that operation. After each, nothing that was
acknowledged is lost, ``status --check`` is clean, and once synced the answers are those of a fresh index. Damages: a
flipped bit or a file cut off: found and named, or without any effect on what is stored and found.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from bench.crash.damages import damages
from bench.crash.failures import failures
from bench.crash.kills import kills


def main(argv: Sequence[str] | None = None) -> int:
    """Run the campaigns; print a table and what went wrong; return 1 if anything did."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--faults", type=int, default=300)
    parser.add_argument("--damages", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    print("| what | times | how it ended | wrong |\n|---|---|---|---|", flush=True)
    wrong: list[str] = []
    for campaign, count in ((kills, options.kills), (failures, options.faults), (damages, options.damages)):
        tally = campaign(count, seed=options.seed)
        wrong += tally.wrong
        print(tally.row(), flush=True)
    return 1 if wrong else 0


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
