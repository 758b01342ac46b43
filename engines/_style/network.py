"""A network made ready to give the maps of a few layers, quickly and again and again."""

from __future__ import annotations

import math
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from engines._networks.capturing import as_maps
from engines._style.checkpointing import recomputing
from engines._style.folding import fold
from engines._visualization.watch import tensor_of, twin
from engines.errors import EngineError, StyleError
from engines.out_of_memory import is_out_of_memory

if TYPE_CHECKING:
    from engines.models import LoadedModel

# Networks halve what they see up to five times; below this its border is repeated.
SMALLEST_SEEN = 32
# TensorFlow's "same" padding puts a row of zeros above a map or none, as its height is odd or
# even. Networks trained on even sizes answer to a row they never met many times as strongly as to
# anything else, and a transfer then paints only that border: they are given multiples of this.
_ALWAYS_EVEN = 32
_SAME = ("Conv2dSame", "MaxPool2dSame", "AvgPool2dSame")
CALL_MARK = "#"
_PROBE = 64
_ROUNDING = 1e-4  # of the largest answer


class _Reached(BaseException):
    """Ends a forward pass once the last layer has answered; no Exception, or torch reports it."""


class TappedNetwork:
    """A private copy of a network (its weights shared) that runs as far as its last tapped layer.

    layers: as in `tap_choices`; average: whether max poolings are averaged; often: whether it is
    worth making it quicker first (normalisations folded into convolutions, once it is seen that
    the answers stay the same). Several threads may ask at once. Raises StyleError for layers that
    do not exist.
    """

    def __init__(
        self,
        model: LoadedModel,
        layers: Iterable[str],
        *,
        average: bool = False,
        often: bool = False,
    ) -> None:
        self.layers = tuple(dict.fromkeys(layers))
        self.preprocess = model.preprocess
        self._local = threading.local()
        self._multiple = _ALWAYS_EVEN if always_even(model.module) else 1
        self._last: frozenset[str] | None = None  # layers whose channels lie last, once known
        self._apart = False  # whether answers are copied, since something writes over them
        self.module = _copy(model.module, average=average)
        self._listen(self.layers)
        if often and self.layers:
            self._fold(_copy(model.module, average=average))

    def _fold(self, other: nn.Module) -> None:
        """Run `other`, a second copy, from now on where it is quicker and answers the same."""
        if not fold(other, self.layers):
            return
        weight = next(other.parameters())
        probe = torch.linspace(0, 1, 3 * _PROBE**2, dtype=weight.dtype, device=weight.device)
        # Every pixel another colour, and neighbours far apart.
        picture = (probe * 997).frac().view(3, _PROBE, _PROBE)
        plain = self.module
        try:
            with torch.no_grad():
                expected = self.maps(picture)
                self.module = other
                self._listen(self.layers)
                found = self.maps(picture)
        except StyleError:  # it takes pictures of one size alone, or calls layers by another way
            self.module = plain
            return
        if any(not _same(found[layer], expected[layer]) for layer in self.layers):
            self.module = plain

    def _listen(self, layers: Iterable[str]) -> None:
        modules = dict(self.module.named_modules())
        wanted: dict[str, dict[int, str]] = {}
        for layer in layers:
            path, _, call = layer.partition(CALL_MARK)
            if path not in modules or (call and not call.isdigit()):
                raise StyleError(
                    f"The network has no layer “{layer}”. Choose one of those it lists, such as "
                    f"{', '.join(list(modules)[1:4])}."
                )
            wanted.setdefault(path, {})[int(call or 1)] = layer
        for path, calls in wanted.items():
            if isinstance(modules[path], torch.jit.ScriptModule):
                raise StyleError(
                    f"The layer “{path}” is part of a compiled network and cannot be listened to."
                )
            modules[path].register_forward_hook(self._hook(path, calls))

    def _hook(self, path: str, calls: dict[int, str]) -> Callable[..., None]:
        def hook(_part: nn.Module, _inputs: Any, output: Any) -> None:
            found: dict[str, Tensor] | None = getattr(self._local, "found", None)
            if found is None or recomputing():
                return
            self._local.times[path] += 1
            layer = calls.get(self._local.times[path])
            if layer is None or layer in found:
                return
            tensor = tensor_of(output)
            found[layer] = tensor.clone() if self._apart else tensor
            self._local.versions[layer] = found[layer]._version
            if len(found) == len(self.layers):
                raise _Reached

        return hook

    def maps(self, picture: Tensor) -> dict[str, Tensor]:
        """Return the maps (C, h, w) of every layer for a picture (3, H, W), gradients included.

        Pictures with a side under 32 pixels are first extended by their border, and those for a
        network with TensorFlow's padding by their mirror image to multiples of 32; what belongs to
        the mirror image alone is cut off again.
        """
        if not self.layers:
            return {}
        batch = self.preprocess.normalise(self.preprocess.channelled(picture))[None]
        height, width = (max(side, SMALLEST_SEEN) for side in picture.shape[1:])
        batch = _extended(batch, height, width, "replicate")
        below, beside = (-side % self._multiple for side in (height, width))
        batch = _extended(batch, height + below, width + beside, "reflect")
        found = self._run(batch)
        last = self._channels_last()
        maps = {layer: _as_maps(layer, found[layer], layer in last) for layer in self.layers}
        if not below and not beside:
            return maps
        shares = height / (height + below), width / (width + beside)
        return {layer: _part(one, *shares) for layer, one in maps.items()}

    def _channels_last(self) -> frozenset[str]:
        """Return the layers that answer (1, h, w, C), which a square picture alone shows."""
        if self._last is None:
            try:
                with torch.no_grad():
                    found = self._run(torch.zeros(1, self.preprocess.channels, _PROBE, _PROBE))
            except StyleError:  # it takes pictures of one size alone
                found = {}
            shapes = {layer: answer.shape for layer, answer in found.items()}
            self._last = frozenset(
                layer
                for layer, shape in shapes.items()
                if len(shape) == 4 and shape[1] == shape[2] != shape[3]
            )
        return self._last

    def _run(self, batch: Tensor) -> dict[str, Tensor]:
        local = self._local
        local.found, local.versions, local.times = {}, {}, Counter[str]()
        try:
            with suppress(_Reached):
                _forward(self.module, batch)
            found, versions = local.found, local.versions
        finally:
            local.found = None
        missing = [layer for layer in self.layers if layer not in found]
        if missing:
            raise StyleError(
                f"The network never calls its layer “{missing[0]}” for this picture; choose "
                "another layer."
            )
        if any(found[layer]._version != version for layer, version in versions.items()):
            if self._apart:
                raise StyleError(
                    "The network writes over the answers of the chosen layers; choose the layers "
                    "after them."
                )
            self._apart = True
            return self._run(batch)
        return found


def _copy(module: nn.Module, *, average: bool) -> nn.Module:
    """Return a copy that only evaluates, shares its weights, and writes over nothing."""
    copied = twin(module)
    for part in copied.modules():
        part.training = False
        # What writes in place would copy its input for the gradient, or change what is tapped.
        if getattr(part, "inplace", False) is True:
            part.inplace = False  # type: ignore[assignment]
    if average:
        average_pooling(copied)
    return copied


def _same(found: Tensor, expected: Tensor) -> bool:
    """Return whether both are the same but for rounding."""
    size = float(expected.abs().max())
    return bool(torch.isfinite(found).all()) and (
        float((found - expected).abs().max()) <= _ROUNDING * size
    )


def always_even(module: nn.Module) -> bool:
    """Return whether a network pads as TensorFlow does, and so needs sizes that halve evenly."""
    return any(type(part).__name__ in _SAME for part in module.modules())


def average_pooling(module: nn.Module) -> int:
    """Put average pooling where `module` has max pooling, in place; return how often."""
    count = 0
    for parent in list(module.modules()):
        for name, part in list(parent.named_children()):
            if isinstance(part, nn.MaxPool2d) and part.dilation in (1, (1, 1)):
                average = nn.AvgPool2d(
                    part.kernel_size, part.stride, part.padding, part.ceil_mode, False
                )
                setattr(parent, name, average)
                count += 1
    return count


def _extended(batch: Tensor, height: int, width: int, mode: str) -> Tensor:
    """Return the batch with rows below and columns at the right, up to that size."""
    below, beside = height - batch.shape[2], width - batch.shape[3]
    if not below and not beside:
        return batch
    return functional.pad(batch, (0, beside, 0, below), mode=mode)


def _part(maps: Tensor, high: float, wide: float) -> Tensor:
    """Return the upper left part, as many rows and columns as have something of that share."""
    rows, columns = (
        math.ceil(side * share - 1e-6)
        for side, share in zip(maps.shape[1:], (high, wide), strict=True)
    )
    return maps[:, :rows, :columns]


def _as_maps(layer: str, answer: Tensor, channels_last: bool) -> Tensor:
    if answer.ndim == 4:
        return answer[0].permute(2, 0, 1) if channels_last else answer[0]
    if answer.ndim == 3:
        return as_maps(answer).values[0]
    raise StyleError(
        f"The layer “{layer}” gives no maps but an answer of shape "
        f"{' × '.join(map(str, answer.shape))}; choose a layer with a height and a width."
    )


def _forward(module: nn.Module, batch: Tensor) -> None:
    try:
        module(batch)
    except (MemoryError, RuntimeError, ValueError, IndexError, AssertionError) as error:
        if isinstance(error, EngineError) or is_out_of_memory(error):
            raise
        sides = " × ".join(str(side) for side in batch.shape[2:])
        said = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise StyleError(
            f"The network cannot take a picture of {sides} with {batch.shape[1]} channels: {said} "
            "Choose another size, or another network."
        ) from error
