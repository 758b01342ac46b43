"""Files of weights, read as tensors and nothing else: no code in them is ever run."""

from __future__ import annotations

import pickle  # noqa: TID251  only its error's name; torch.load(weights_only=True) does the reading
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engines._models.file_kind import file_kind
from engines.errors import CheckpointError
from engines.out_of_memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

# Under which names training programs keep the weights beside optimisers, epochs and the like.
_WRAPPERS = ("state_dict", "model_state_dict", "model", "net", "network", "model_ema", "weights")
_FOREIGN = re.compile(r"(?:GLOBAL|Unsupported (?:class|global):?(?: GLOBAL)?)\s+([\w.]+)")
_NAMED = 8
_AGAIN = "Copy or download it again."


def read_weights(path: Path) -> Mapping[str, torch.Tensor]:
    """Return the tensors in a .safetensors, .pth, .pt, .bin or .ckpt file, by name, on the CPU.

    Weights kept beside other things (optimiser, epoch) are found. Raises CheckpointError for
    damaged files, files that hold no weights, and files with code, which is not run.
    """
    kind = file_kind(path)
    if kind not in ("weights", "fine-tuned"):
        raise CheckpointError(
            f"{path.name} is a whole network, not weights for another. Open it as a network."
        )
    found = _safetensors(path) if path.suffix.lower() == ".safetensors" else _torch_file(path)
    return _tensors(found, path.name)


def _safetensors(path: Path) -> dict[str, torch.Tensor]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            # Cloned: they would lie in the file, which may be on a stick that is pulled out.
            return {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise CheckpointError(
            f"{path.name} is not a whole .safetensors file ({error}). {_AGAIN}"
        ) from error


def _torch_file(path: Path) -> Any:
    import torch

    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        raise _refusal(path.name, str(error)) from error
    except (RuntimeError, EOFError, ValueError, KeyError, IndexError, TypeError) as error:
        if is_out_of_memory(error):
            raise
        raise _damaged(path.name) from error
    except (zipfile.BadZipFile, AttributeError, OSError, AssertionError) as error:
        raise _damaged(path.name) from error


def _refusal(name: str, said: str) -> CheckpointError:
    foreign = _FOREIGN.search(said)
    if foreign is None:
        return _damaged(name)
    return CheckpointError(
        f"{name} does not hold weights alone: opening it would run {foreign[1]} from Python, and a "
        "file can do anything that way. It was not opened. Ask for its state dict, saved with "
        "torch.save(model.state_dict(), …), or for a .safetensors file."
    )


def _damaged(name: str) -> CheckpointError:
    return CheckpointError(
        f"{name} cannot be read as weights: it is damaged, half-written or another kind of file. "
        f"{_AGAIN}"
    )


def _tensors(found: Any, name: str) -> Mapping[str, torch.Tensor]:
    import torch

    if isinstance(found, Mapping):
        if any(isinstance(value, torch.Tensor) for value in found.values()):
            if all(isinstance(value, torch.Tensor) for value in found.values()):
                return found  # as it is: torch keeps the modules' versions as an attribute
            return {
                str(key): value for key, value in found.items() if isinstance(value, torch.Tensor)
            }
        for wrapper in _WRAPPERS:
            if isinstance(found.get(wrapper), Mapping):
                return _tensors(found[wrapper], name)
        inside = ", ".join(str(key) for key in list(found)[:_NAMED]) or "nothing"
        raise CheckpointError(f"{name} holds no weights; it holds: {inside}.")
    raise CheckpointError(f"{name} holds one {type(found).__name__}, not the weights of a network.")
