"""What is the same for every picture of one size that goes through a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines.errors import EngineError
from engines.network_receptive_field import NetworkField, network_fields
from visualizer.panels.cnn_viewer.context import Run

if TYPE_CHECKING:
    import torch

    from engines.models import LoadedModel


@dataclass(frozen=True)
class LayerEntry:
    """One layer in the list: its path, class, and output shape without the batch."""

    name: str
    kind: str
    shape: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Known:
    """What does not change from picture to picture of one size.

    shapes: of every layer's answer, in call order; default: the layer to begin with; fields: where
    the units of each layer lie.
    """

    model: LoadedModel
    size: tuple[int, ...]
    layers: tuple[LayerEntry, ...]
    shapes: dict[str, tuple[int, ...]]
    default: str
    fields: dict[str, NetworkField]

    def fits(self, model: LoadedModel, batch: torch.Tensor) -> bool:
        """Return whether it is of this network and size."""
        return self.model is model and self.size == tuple(batch.shape)


def known_of(run: Run) -> Known:
    """Return what a complete run tells of all others of its network and size."""
    shapes = {name: tuple(values.shape) for name, values in run.activations.items()}
    size = tuple(run.batch.shape)
    return Known(run.model, size, layers_of(run), shapes, default_layer(run), fields_of(run))


def looked_at(known: Known | None, model: LoadedModel, batch: torch.Tensor, layer: str) -> set[str]:
    """Return the layers to keep where that is known before: the shown one, and the last of all."""
    if known is None or not known.fits(model, batch):
        return set()
    names = {layer if layer in known.shapes else known.default, next(reversed(known.shapes))}
    paths = {path for path, _ in model.module.named_modules()}
    # Parts of an answer, as "name.0", cannot be asked for alone.
    return names if all(name.split("#")[0] in paths for name in names) else set()


def layers_of(run: Run) -> tuple[LayerEntry, ...]:
    """Return the captured layers that can be shown, in call order."""
    modules = dict(run.model.module.named_modules())
    entries = []
    for name, values in run.activations.items():
        module = modules.get(name.split("#")[0])
        kind = type(module).__name__ if module is not None else "part of an answer"
        entries.append(LayerEntry(name, kind, tuple(values.shape[1:])))
    return tuple(entries)


def default_layer(run: Run) -> str:
    """Return the first layer with maps behind the first convolution: its activation if it has one.

    The activation is what the next layer reads, so it is what a person expects to see first.
    """
    names = list(run.activations)
    modules = dict(run.model.module.named_modules())
    maps = [n for n in names if run.activations[n].ndim == 4]
    for name in maps[:4]:
        kind = type(modules.get(name.split("#")[0])).__name__
        if "LU" in kind or "Act" in kind or "wish" in kind:
            return name
    return maps[0] if maps else names[0]


def fields_of(run: Run) -> dict[str, NetworkField]:
    """Return where the units of every layer lie on the picture; empty where nothing is known."""
    try:
        return network_fields(run.model.module, tuple(run.batch.shape[1:]))  # type: ignore[arg-type]
    except EngineError:
        return {}  # a network that cannot be followed still shows its maps
