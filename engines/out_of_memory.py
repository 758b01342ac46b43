"""Which errors mean that memory ran out."""

from __future__ import annotations

import re

# What torch's allocators and C++ say, on the systems and devices that it runs on.
_SAID = ("can't allocate memory", "not enough memory", "out of memory", "bad_alloc")
# What oneDNN says where it gets no memory for a convolution that it has found a way to compute;
# where it finds none, it speaks of a descriptor.
_ONEDNN = re.compile(r"could not create a (primitive(?! descriptor)|memory object)")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error of Python or torch, or what it was raised from, means that.

    Torch raises plain RuntimeErrors on the CPU and an OutOfMemoryError for other devices.
    """
    seen: BaseException | None = error
    while seen is not None:
        said = str(seen).lower()
        if isinstance(seen, MemoryError) or type(seen).__name__ == "OutOfMemoryError":
            return True
        if isinstance(seen, RuntimeError) and (
            any(words in said for words in _SAID) or _ONEDNN.search(said)
        ):
            return True
        seen = seen.__cause__
    return False
