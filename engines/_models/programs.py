"""Files that hold a whole network: TorchScript, torch.export, and Python programs."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import torch

from engines._models.card import ModelCard, WeightsState, numbered_classes
from engines._models.file_kind import FileKind, file_kind
from engines._models.finishing import finish
from engines._models.fit import FitReport
from engines._models.loaded import LoadedModel
from engines._models.preprocessing import Preprocessing
from engines._models.probing import answer_width, find_input_size
from engines._models.python_file import Program, run_program
from engines.errors import CheckpointError, ModelError, UntrustedCode
from engines.out_of_memory import is_out_of_memory

_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
_RUNS_CODE = {
    "python": "it is a Python program, and opening it runs it",
    "exported": "a torch.export file may carry Python objects, which run code when they are read",
}


def load_program(
    file: Path, weights: str | PathLike[str], trusted: bool, allow_partial: bool, seed: int
) -> LoadedModel:
    """Return the network that `file` holds. Errors as `load`."""
    kind = file_kind(file)
    if kind in ("weights", "fine-tuned"):
        raise CheckpointError(
            f"{file.name} holds weights alone. Choose the network they belong to, then open them "
            "for it."
        )
    if kind in _RUNS_CODE and not trusted:
        raise UntrustedCode(
            f"{file.name} was not opened: {_RUNS_CODE[kind]}, with all that you may do on this "
            "computer. Open it only if you know who wrote it."
        )
    if kind == "python":
        return _python(file, weights, allow_partial, seed)
    if weights not in ("best", "none"):
        raise CheckpointError(f"{file.name} has its own weights; others cannot be put into it.")
    return _torchscript(file) if kind == "torchscript" else _exported(file)


def _torchscript(file: Path) -> LoadedModel:
    try:
        module = torch.jit.load(str(file), map_location="cpu")
    except (RuntimeError, ValueError, OSError) as error:
        if is_out_of_memory(error):
            raise
        raise _damaged(file, "TorchScript") from error
    module.eval()
    return _described(TorchScript(module), file, "own")


class TorchScript(torch.nn.Module):
    """A TorchScript program in a module that can be watched, which its own modules refuse."""

    def __init__(self, program: torch.nn.Module) -> None:
        super().__init__()
        self.program = program

    def forward(self, batch: torch.Tensor) -> Any:
        """Return what the program answers."""
        return self.program(batch)


def _exported(file: Path) -> LoadedModel:
    try:
        program = torch.export.load(str(file))
    except Exception as error:  # a foreign program may raise anything
        if is_out_of_memory(error):
            raise
        raise _damaged(file, "torch.export") from error
    names = program.graph_signature.user_inputs
    values = {node.name: node.meta.get("val") for node in program.graph.nodes}
    shapes = [tuple(getattr(values.get(str(name)), "shape", ())) for name in names]
    if len(shapes) != 1 or len(shapes[0]) != 4:
        raise ModelError(
            f"{file.name} takes {shapes or 'nothing'}; a network for pictures takes one batch "
            "(1, channels, height, width)."
        )
    module = program.module()
    module.is_exported = True  # type: ignore[assignment]  # see finishing.finish
    size = tuple(int(side) for side in shapes[0][1:])
    return _described(module, file, "own", (size[0], size[1], size[2]))


def _python(
    file: Path, weights: str | PathLike[str], allow_partial: bool, seed: int
) -> LoadedModel:
    program = run_program(file, seed)
    report: FitReport | None = None
    state: WeightsState = "own" if program.trained else "untrained"
    if weights not in ("best", "none"):
        from engines._models.filling import fill
        from engines._models.reading import read_weights

        given = Path(weights)
        report = fill(program.module, read_weights(given))
        if not report.is_exact and not (allow_partial and report.fitting):
            raise CheckpointError(
                f"{given.name} does not fit the network in {file.name}: {report.summary}", report
            )
        state = "own"
    module = program.module.float()  # pictures are float32, whatever it was trained in
    return _described(module, file, state, program.input_size, report, program)


def _described(
    module: Any,
    file: Path,
    state: WeightsState,
    size: tuple[int, int, int] | None = None,
    report: FitReport | None = None,
    program: Program | None = None,
) -> LoadedModel:
    """Return the network with a card, its input size and count of classes found by trying."""
    if not getattr(module, "is_exported", False):
        module.eval()
    size = size or find_input_size(module, file.name)
    channels, height, width = size
    mean, std = _statistics(channels, program)
    preprocess = Preprocessing(height, width, min(height, width), "bilinear", mean, std)
    classes = answer_width(module, size, file.name)
    named = program.categories if program is not None else ()
    categories = named if len(named) == classes else numbered_classes(classes)
    card = ModelCard(
        name=str(file),
        title=file.name,
        source="file",
        weights_state=state,
        weights_source=file.name if state == "own" else "",
        size_bytes=file.stat().st_size,
        notes=_notes(file_kind(file)),
    )
    return finish(module, preprocess, categories, card, report)


def _statistics(
    channels: int, program: Program | None
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    if program is not None and len(program.mean) == len(program.std) == channels:
        return program.mean, program.std
    if channels == 3:
        return _IMAGENET
    return (0.0,) * channels, (1.0,) * channels


def _notes(kind: FileKind) -> tuple[str, ...]:
    if kind == "python":
        return (
            "Its file may say input_size, mean, std, categories, and trained = True; what it does "
            "not say is assumed.",
        )
    return ("How pictures were prepared for it is not in the file; ImageNet's way is assumed.",)


def _damaged(file: Path, what: str) -> CheckpointError:
    return CheckpointError(
        f"{file.name} cannot be read as a {what} file: it is damaged, half-written, or of a newer "
        "version of torch."
    )
