"""The filters of a convolution: in colour, per input channel, and in a telling order.

Importing this module does not import torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engines.errors import NetworkError

if TYPE_CHECKING:
    from torch import nn

FilterOrder = Literal["index", "norm", "similarity"]


@dataclass(frozen=True)
class FilterLayer:
    """A layer that has filters: path, how many, input channels of each, height, width.

    stride: how far the filters move at a time, (down, to the right).
    """

    name: str
    filters: int
    channels: int
    height: int
    width: int
    stride: tuple[int, int] = (1, 1)

    @property
    def in_colour(self) -> bool:
        """Whether each filter reads three channels, as a picture has."""
        return self.channels == 3


@dataclass(frozen=True)
class FilterBank:
    """All filters of one layer. weights: (O, I, kh, kw) float32, as stored (correlation)."""

    layer: str
    weights: np.ndarray

    @property
    def norms(self) -> np.ndarray:
        """(O,): the length of each filter as a vector."""
        return np.asarray(np.sqrt((self.weights.astype(np.float64) ** 2).sum(axis=(1, 2, 3))))

    def similarity(self) -> np.ndarray:
        """Return (O, O): the cosine between each two filters; 0 for a filter of zeros."""
        flat = self.weights.reshape(len(self.weights), -1).astype(np.float64)
        norms = self.norms[:, None]
        unit = np.divide(flat, norms, out=np.zeros_like(flat), where=norms > 0)
        return np.asarray(unit @ unit.T)

    def colours(self) -> np.ndarray:
        """Return (O, kh, kw, 3) in [0, 1]: zero is mid-grey, each filter to its own largest weight.

        Raises NetworkError unless each filter reads three channels.
        """
        if self.weights.shape[1] != 3:
            raise NetworkError(
                f"The filters of {self.layer} read {self.weights.shape[1]} channels; "
                "only those that read three can be shown in colour."
            )
        largest = np.abs(self.weights).max(axis=(1, 2, 3), keepdims=True)
        scaled = np.divide(
            self.weights, largest, out=np.zeros_like(self.weights), where=largest > 0
        )
        return np.ascontiguousarray((0.5 + 0.5 * scaled).transpose(0, 2, 3, 1))


def filter_layers(module: nn.Module) -> list[FilterLayer]:
    """Return the 2D convolutions of `module`, in the order in which they were written."""
    found = []
    for name, part in module.named_modules():
        weight: Any = getattr(part, "weight", None)
        if hasattr(part, "kernel_size") and hasattr(weight, "detach") and weight.ndim == 4:
            filters, channels, height, width = weight.shape
            found.append(FilterLayer(name, filters, channels, height, width, _stride(part)))
    return found


def _stride(part: Any) -> tuple[int, int]:
    stride = part.stride
    return (stride, stride) if isinstance(stride, int) else (stride[0], stride[1])


def first_layer(layers: Sequence[FilterLayer]) -> FilterLayer | None:
    """Return the layer that reads the picture: the first of three channels, else the first."""
    return next((layer for layer in layers if layer.in_colour), layers[0] if layers else None)


def filter_bank(module: nn.Module, layer: str) -> FilterBank:
    """Return the filters of `layer`, copied. Raises NetworkError unless it is a 2D convolution."""
    names = [entry.name for entry in filter_layers(module)]
    if layer not in names:
        raise NetworkError(f"“{layer}” is no 2D convolution of this network.")
    weight: Any = module.get_submodule(layer).weight
    return FilterBank(layer, weight.detach().float().cpu().numpy().copy())


def order_filters(bank: FilterBank, by: FilterOrder, reference: int | None = None) -> np.ndarray:
    """Return the filters' indices in order.

    "norm": the longest first. "similarity": by the cosine to filter `reference`, the most alike
    first; without a reference a chain that starts with the longest and goes on with the filter
    most alike, up to sign, to the one before.
    """
    if by == "index":
        return np.arange(len(bank.weights))
    if by == "norm":
        return np.argsort(-bank.norms, kind="stable")
    similarity = bank.similarity()
    if reference is not None:
        return np.argsort(-similarity[reference], kind="stable")
    alike = np.abs(similarity)
    chain = [int(np.argmax(bank.norms))]
    left = np.ones(len(alike), dtype=bool)
    left[chain[0]] = False
    while left.any():
        chain.append(int(np.argmax(np.where(left, alike[chain[-1]], -1.0))))
        left[chain[-1]] = False
    return np.array(chain)
