"""What the computing runs on: the device, its threads, and how memory is reused."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threadpoolctl import ThreadpoolController

# mallopt's parameters and the largest values that glibc takes for them (malloc.h).
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_LARGEST_MMAP_THRESHOLD = 32 * 1024 * 1024
_KEPT = 256 * 1024 * 1024


@dataclass(frozen=True)
class Device:
    """A compute device: name for people ("cpu, 2 threads"), kind as torch names it."""

    name: str
    kind: str


def current() -> Device:
    """Return the device that the engines compute on: the CPU, with its count of threads."""
    import torch

    threads = torch.get_num_threads()
    return Device(f"cpu, {threads} thread{'s' if threads > 1 else ''}", "cpu")


def reuse_memory() -> bool:
    """Let freed memory be reused instead of returned to the system; returns whether that worked.

    A picture's response is a few megabytes, which glibc fetches from the system and gives back for
    each single result; the page faults cost as much as the filter itself (docs/benchmarks.md). Up
    to 256 MB stay with the process. Only for Linux with glibc; elsewhere nothing is changed.
    Affects the whole process, so it is for applications to call, not for a library's import.
    """
    if not _has_glibc():
        return False
    libc = ctypes.CDLL(None)
    return bool(
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD)
        and libc.mallopt(_M_TRIM_THRESHOLD, _KEPT)
    )


def give_back_memory() -> bool:
    """Return to the system what is free but kept for reuse; returns whether that was possible.

    Each thread keeps memory of its own: after a large network has gone, hundreds of megabytes that
    another thread cannot take. It takes some 30 ms; only for Linux with glibc.
    """
    if not _has_glibc():
        return False
    ctypes.CDLL(None).malloc_trim(0)
    return True


def _has_glibc() -> bool:
    return platform.system() == "Linux" and platform.libc_ver()[0] == "glibc"


@contextmanager
def at_most_threads(count: int) -> Iterator[None]:
    """Let torch compute on at most `count` threads for what this thread asks of it."""
    import torch

    # Not torch.set_num_threads, whose number threads that begin meanwhile would keep.
    with _openmp().limit(limits=max(1, min(torch.get_num_threads(), count))):
        yield


@cache
def _openmp() -> ThreadpoolController:
    """Return what rules the threads of torch, which is imported by now."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController().select(user_api="openmp")


def spare_cores() -> int:
    """Return how many threads leave one core to the window, which is painting meanwhile.

    torch's threads wait for each other at every operation: as many as there are cores make a
    small network several times slower whenever one of the cores is wanted elsewhere.
    """
    return max(1, (os.cpu_count() or 1) - 1)
