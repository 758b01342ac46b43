"""How much memory there is left to take."""

from __future__ import annotations

from pathlib import Path

import psutil

# A container may be given less than the machine has: version 2 and 1 of Linux's control groups.
_GROUPS = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current", "inactive_file"),
    (
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
        "/sys/fs/cgroup/memory/memory.usage_in_bytes",
        "total_inactive_file",
    ),
)


def free_bytes() -> int:
    """Return how many bytes this process can take before the system has to swap or refuse."""
    free = int(psutil.virtual_memory().available)
    for limit, used, cached in _GROUPS:
        left = _left(Path(limit), Path(used), cached)
        if left is not None:
            free = min(free, left)
    return max(free, 0)


def _left(limit: Path, used: Path, cached: str) -> int | None:
    """Return what a control group leaves, None where there is none or it sets no limit."""
    try:
        # What is cached of files gives way; a group that does not tell it may count as full.
        told = dict(
            line.split()[:2] for line in (limit.parent / "memory.stat").read_text().splitlines()
        )
        return int(limit.read_text()) - int(used.read_text()) + int(told.get(cached, 0))
    except (OSError, ValueError):  # "max" is no number
        return None
