"""How many cores there are for us: a container, or who started us, may have given fewer than the machine has."""

import os


def cores() -> int:
    """Count the cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
