"""Which errors mean that memory ran out."""

from __future__ import annotations

# What torch's allocators and C++ say, on the systems and devices that it runs on.
_SAID = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error of Python or torch, or what it was raised from, means that.

    Torch raises plain RuntimeErrors on the CPU and an OutOfMemoryError for other devices.
    """
    seen: BaseException | None = error
    while seen is not None:
        said = str(seen).lower()
        if isinstance(seen, MemoryError) or type(seen).__name__ == "OutOfMemoryError":
            return True
        if isinstance(seen, RuntimeError) and any(words in said for words in _SAID):
            return True
        seen = seen.__cause__
    return False
