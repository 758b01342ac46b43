"""What a failed job tells the person."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from engines.errors import EngineError
from engines.out_of_memory import is_out_of_memory


@dataclass(frozen=True)
class JobError:
    """What a failed job tells the person: a sentence, and details behind a button."""

    sentence: str
    details: str = ""


def explain(error: Exception) -> JobError:
    """Return the sentence for `error`: an engine's own text, or what can be done about the rest."""
    if isinstance(error, EngineError):
        return JobError(str(error))
    details = "".join(traceback.format_exception(error))
    if is_out_of_memory(error):
        return JobError(
            "There is not enough memory for this. Take a smaller picture or close other programs.",
            details,
        )
    return JobError(
        "Something went wrong inside Kernelscope; the last good result is kept. "
        "The details say where.",
        details,
    )
