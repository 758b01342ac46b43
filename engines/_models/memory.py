"""Too little memory, told as a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from engines.errors import ModelError
from engines.out_of_memory import is_out_of_memory


@contextmanager
def memory_told(what: str, advice: str) -> Iterator[None]:
    """Raise ModelError "There is too little memory `what`. `advice`" where memory runs out."""
    try:
        yield
    except (MemoryError, RuntimeError) as error:
        if not is_out_of_memory(error):
            raise
        raise ModelError(f"There is too little memory {what}. {advice}") from error
