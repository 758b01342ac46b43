"""Too little memory, told as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engines.errors import ModelError

_SAID_BY_TORCH = ("can't allocate memory", "not enough memory", "out of memory")


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an error of Python or torch means that memory ran out."""
    said = str(error).lower()
    return isinstance(error, MemoryError) or (
        isinstance(error, RuntimeError) and any(words in said for words in _SAID_BY_TORCH)
    )


@contextmanager
def memory_told(what: str, advice: str) -> Iterator[None]:
    """Raise ModelError "There is too little memory `what`. `advice`" where memory runs out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise ModelError(f"There is too little memory {what}. {advice}") from error
