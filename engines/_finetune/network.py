"""A network set up for training: its own head, what learns and what stays, its modes and rates."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from engines._finetune.blocks import trained_parts
from engines._finetune.heads import replace_head
from engines._finetune.records import MethodName, MethodPlan, TrainSettings
from engines._models.loaded import LoadedModel
from engines._networks.shadow import sharing_numbers, without_numbers
from engines.errors import TrainingError

_BATCH_NORM = nn.modules.batchnorm._BatchNorm


def method_plan(loaded: LoadedModel, classes: int, method: MethodName) -> MethodPlan:
    """Return what `method` would train of a network; see engines.finetune.method_plan."""
    module = without_numbers(_trainable(loaded))
    head = replace_head(module, classes, answers=len(loaded.categories))
    parts = trained_parts(module, head, method)
    counts = {parameter: _within(name, parts) for name, parameter in module.named_parameters()}
    trainable = sum(parameter.numel() for parameter, learns in counts.items() if learns)
    return MethodPlan(method, trainable, sum(map(torch.numel, counts)), parts, head)


class Network:
    """A copy of a network with a new head; what does not learn is shared with the original."""

    def __init__(self, loaded: LoadedModel, classes: int, settings: TrainSettings) -> None:
        self.module = sharing_numbers(_trainable(loaded))
        answers = len(loaded.categories)
        self.head = replace_head(self.module, classes, answers=answers, seed=settings.seed)
        self.parts = trained_parts(self.module, self.head, settings.method)
        self.classes = classes
        self._settings = settings
        self._own_what_learns()
        self.trainable = sum(value.numel() for value in self.learning().values())

    def learning(self) -> dict[str, nn.Parameter]:
        """Return the parameters that learn, by name."""
        return {
            name: value for name, value in self.module.named_parameters() if value.requires_grad
        }

    def state(self) -> dict[str, torch.Tensor]:
        """Return copies of all that training changes, by name."""
        return {name: value.detach().clone() for name, value in self._changing().items()}

    def restore(self, state: dict[str, torch.Tensor]) -> None:
        """Put back what `state` returned. Raises TrainingError where it is of another network."""
        now = self._changing()
        if {name: value.shape for name, value in state.items()} != {
            name: value.shape for name, value in now.items()
        }:
            raise TrainingError("The checkpoint is of another network; train from the start.")
        with torch.no_grad():
            for name, value in state.items():
                now[name].copy_(value)

    def to_train(self) -> None:
        """Set the modes for learning: frozen parts, and frozen batch norms, stay in eval mode."""
        self.module.eval()
        if self._settings.method == "head":
            return  # dropout before the head would make the features of each pass differ
        for name, part in self.module.named_modules():
            if _within(name, self.parts):
                part.training = not (isinstance(part, _BATCH_NORM) and not self._norms_learn)

    def to_use(self) -> None:
        """Set the modes for answering."""
        self.module.eval()

    def optimiser(self) -> torch.optim.AdamW:
        """Return AdamW with a rate for the head and one for the rest; see TrainSettings."""
        settings = self._settings
        groups: list[dict[str, Any]] = []
        for in_head, rate in ((True, settings.learning_rate), (False, settings.backbone_rate)):
            for decays in (True, False):
                chosen = [
                    value
                    for name, value in self.learning().items()
                    if _within(name, self.head.paths) == in_head and (value.ndim > 1) == decays
                ]
                if chosen:
                    decay = settings.weight_decay if decays else 0.0
                    groups.append({"params": chosen, "lr": rate, "weight_decay": decay})
        return torch.optim.AdamW(groups)

    def scores(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return (N, classes). Raises TrainingError where the network answers something else."""
        answer = self.module(inputs)
        self._must_be_scores(answer, len(inputs))
        scores: torch.Tensor = answer
        return scores

    def features(self, inputs: torch.Tensor) -> tuple[torch.Tensor, bool]:
        """Return what the head reads, and whether the head's answer is the network's."""
        layer = self.head_layer
        seen: list[torch.Tensor] = []

        def look(part: nn.Module, given: tuple[Any, ...]) -> None:
            seen.append(given[0])

        hook = layer.register_forward_pre_hook(look)
        try:
            scores = self.scores(inputs)
        finally:
            hook.remove()
        if len(seen) != 1 or len(self.head.paths) != 1 or seen[0].ndim != 2:
            return inputs.new_empty(len(inputs), 0), False
        same = layer(seen[0])
        fits = same.shape == scores.shape and bool(torch.allclose(same, scores, atol=1e-4))
        return seen[0].detach().clone(), fits

    @property
    def head_layer(self) -> nn.Module:
        """The new classifier."""
        return self.module.get_submodule(self.head.path)

    @property
    def _norms_learn(self) -> bool:
        return self._settings.batch_norm == "trained" and self._settings.method != "head"

    def _own_what_learns(self) -> None:
        """Freeze all, then give what learns tensors of its own; the rest stays the original's."""
        for parameter in self.module.parameters():
            parameter.requires_grad_(False)
        own: dict[int, nn.Parameter] = {}
        for path, part in self.module.named_modules():
            if not _within(path, self.parts):
                continue
            for name, value in part._parameters.items():
                if value is not None and value.is_floating_point():
                    if id(value) not in own:
                        own[id(value)] = nn.Parameter(value.detach().clone())
                    part._parameters[name] = own[id(value)]
            if isinstance(part, _BATCH_NORM) and self._norms_learn:
                for name, buffer in part._buffers.items():
                    part._buffers[name] = None if buffer is None else buffer.clone()

    def _changing(self) -> dict[str, torch.Tensor]:
        changing: dict[str, torch.Tensor] = dict(self.learning())
        if self._norms_learn:
            for path, part in self.module.named_modules():
                if isinstance(part, _BATCH_NORM) and _within(path, self.parts):
                    changing |= dict(part.named_buffers(path, recurse=False))
        return changing

    def _must_be_scores(self, answer: Any, count: int) -> None:
        if not isinstance(answer, torch.Tensor) or answer.shape != (count, self.classes):
            shape = tuple(answer.shape) if isinstance(answer, torch.Tensor) else type(answer)
            raise TrainingError(
                f"With a new head at {self.head.path} the network answers {shape} instead of "
                f"({count}, {self.classes}): that layer does not name its classes. Choose another "
                "network."
            )


def _trainable(loaded: LoadedModel) -> nn.Module:
    if isinstance(loaded.module, torch.jit.ScriptModule) or any(
        isinstance(part, torch.jit.ScriptModule) for part in loaded.module.modules()
    ):
        raise TrainingError(
            f"{loaded.card.title} is a TorchScript program, whose layers cannot be replaced. "
            "Choose a network of the catalogue or a Python file."
        )
    if getattr(loaded.module, "is_exported", False):
        raise TrainingError(
            f"{loaded.card.title} is a torch.export program, whose layers cannot be replaced. "
            "Choose a network of the catalogue or a Python file."
        )
    return loaded.module


def _within(name: str, parts: tuple[str, ...]) -> bool:
    return any(part in ("", name) or name.startswith(f"{part}.") for part in parts)
