"""Locally connected layers: a kernel of its own for every position, against one for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Maps, Say, Table, Trace

if TYPE_CHECKING:
    from torch import Tensor

SEED = 0
GRID = 4


def find(given: Given) -> Found:
    """Return both layers' answers to the input and to the input pushed on."""
    import torch
    from torch.nn import functional

    from engines.layers import locally_connected, locally_connected_parameters, measured

    grey = torch.from_numpy(given.maps).mean(0, keepdim=True)
    weights = local_kernels(given, tuple(grey.shape[1:]))
    kernel = shared_kernel(given["kernel"])[None, None]
    step = min(given["shift"], weights.shape[2] - 1)
    pushed = grey.roll(step, dims=2)
    local, moved = (locally_connected(one, weights) for one in (grey, pushed))
    shared, moved_shared = (functional.conv2d(one[None], kernel)[0] for one in (grey, pushed))
    size, rows, columns = given["kernel"], *weights.shape[1:3]
    return Found(
        pieces=(
            Maps("Input", grey.numpy(), note="The mean of the channels."),
            Maps("Shared", shared.numpy(), signed=True, group="answers", note="One kernel."),
            Maps(
                "Local", local.numpy(), signed=True, group="answers",
                trace=_tracer(grey, weights, local), source="Input",
                note=f"{rows * columns:,} kernels, one for each position.",
            ),
            Maps("Pushed input", pushed.numpy()),
            _moved("Shared: change", shared, moved_shared, step),
            _moved("Local: change", local, moved, step),
            Say(_verdict(local, shared, moved, step)),
            Maps(
                "Local kernels", _some(weights), signed=True,
                note=f"{GRID} × {GRID} of them, where they stand in the picture.",
            ),
            *_costs(given),
        ),
        shape_in=tuple(grey.shape),
        shape_out=tuple(local.shape),
        parameters=locally_connected_parameters(
            1, 1, (size, size), tuple(grey.shape[1:]), bias=False
        ),
        macs=rows * columns * size * size,
        seconds=measured(lambda: locally_connected(grey, weights)),
        result="Local",
    )  # fmt: skip


def shared_kernel(size: int, angle: Any = 0.0) -> Tensor:
    """Return the slope (…, size, size) along `angle` (…) in radians, smoothed by a Gaussian."""
    import torch

    reach = torch.arange(size, dtype=torch.float32) - (size - 1) / 2
    smooth = torch.exp(-(reach**2) / (2 * (size / 4) ** 2))
    across = smooth[:, None] * (reach * smooth)[None]
    across = across / across.abs().sum()
    turn = torch.as_tensor(angle, dtype=torch.float32)[..., None, None]
    return torch.cos(turn) * across + torch.sin(turn) * across.T


def local_kernels(given: Given, shape: tuple[int, int]) -> Tensor:
    """Return the kernels (1, H', W', 1, k, k): all as the shared one where they differ by 0."""
    import torch

    from engines.errors import LayerError

    size, amount = given["kernel"], given["differ"]
    rows, columns = shape[0] - size + 1, shape[1] - size + 1
    if rows < 1 or columns < 1:
        raise LayerError(
            f"A kernel of {size} × {size} is larger than the input of {shape[0]} × {shape[1]}. "
            "Take a smaller kernel or a larger input."
        )
    if given["way"] == "turned":
        angles = amount * torch.pi * torch.linspace(0, 1, columns)
        return shared_kernel(size, angles).expand(rows, -1, -1, -1)[None, :, :, None]
    middle = shared_kernel(size)
    drawn = torch.randn(rows, columns, size, size, generator=torch.Generator().manual_seed(SEED))
    return (middle + amount * middle.std() * drawn)[None, :, :, None]


def _some(weights: Tensor) -> np.ndarray:
    rows, columns = (np.linspace(0, n - 1, GRID).round().astype(int) for n in weights.shape[1:3])
    return weights[0, :, :, 0].numpy()[np.ix_(rows, columns)].reshape(-1, *weights.shape[4:])


def _moved(title: str, before: Tensor, after: Tensor, step: int) -> Maps:
    """Compare the answer to the pushed input with the answer pushed on, where both are there."""
    gone = after[:, :, step:] - before[:, :, : before.shape[2] - step]
    share = float(gone.abs().max() / before.abs().max().clamp(min=1e-12))
    note = (
        f"Up to {share:.0%} of the largest answer." if share > 1e-5 else "Nothing: it moves along."
    )
    return Maps(title, gone.numpy(), signed=True, group="answers", note=note)


def _tracer(grey: Tensor, weights: Tensor, local: Tensor) -> Any:
    size = weights.shape[4]

    def trace(_channel: int, row: int, column: int) -> Trace:
        window = grey[0, row : row + size, column : column + size]
        kernel = weights[0, row, column, 0]
        products = tuple(
            (f"row {r}, column {c}", float(window[r, c]), float(kernel[r, c]))
            for r, c in np.ndindex(size, size)
        )
        return Trace(((row, column, size, size),), float(local[0, row, column]), products)

    return trace


def _costs(given: Given) -> tuple[Curves, Table]:
    """Count what both learn over the input's side, with the channels and filters of the sliders."""
    from engines.layers import convolution_parameters, locally_connected_parameters

    kernel, side = (given["kernel"],) * 2, given["side"]
    ends = given["channels"], given["filters"], kernel
    sides = np.unique(np.geomspace(kernel[0], 256, 40).round().astype(int))
    alone = [locally_connected_parameters(*ends, (int(n), int(n))) for n in sides]
    shared = convolution_parameters(*ends)
    here = locally_connected_parameters(*ends, (side, side))
    dense = given["filters"] * (side - kernel[0] + 1) ** 2 * (given["channels"] * side**2 + 1)
    return (
        Curves(
            "Parameters over the input's side", "side in pixels", "parameters",
            (
                Line("local", sides, np.array(alone, float)),
                Line("shared", sides, np.full(len(sides), float(shared))),
            ),
            log_y=True, whole_x=True, marks=((float(side), f"{side}"),),
        ),
        Table(
            f"{given['channels']} → {given['filters']} channels on {side} × {side}",
            ("layer", "parameters", "factor"),
            (
                ("convolution", f"{shared:,}", "1"),
                ("local", f"{here:,}", f"{here / shared:,.0f}"),
                ("fully connected", f"{dense:,}", f"{dense / shared:,.0f}"),
            ),
            note="With biases. The multiplications of the first two are the same.",
        ),
    )  # fmt: skip


def _verdict(local: Tensor, shared: Tensor, pushed: Tensor, step: int) -> str:
    apart = float((local - shared).abs().max())
    if apart < 1e-6:
        return (
            "All kernels are equal, so both layers give the same: a convolution is a locally "
            f"connected layer that learns one kernel instead of {local[0].numel():,}."
        )
    gone = float((pushed[:, :, step:] - local[:, :, : local.shape[2] - step]).abs().mean())
    return (
        f"Pushed right by {step}, the convolution's answer moves along unchanged. The local "
        f"layer's changes by {gone:.3g} on average, as each place looks for something else. That "
        "pays only where the same thing is always at the same place, as in aligned faces."
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    size, amount = given["kernel"], given["differ"]
    if given["way"] == "turned":
        kernels = f"""angles = {amount:g} * torch.pi * torch.linspace(0, 1, columns)[:, None, None]
kernels = torch.cos(angles) * across + torch.sin(angles) * across.T
kernels = kernels.expand(rows, -1, -1, -1)"""
    else:
        kernels = f"""seeded = torch.Generator().manual_seed({SEED})
drawn = torch.randn(rows, columns, k, k, generator=seeded)
kernels = across + {amount:g} * across.std() * drawn"""
    return f"""import torch
from torch.nn import functional as F

k = {size}
grey = x.mean(1, keepdim=True)
rows, columns = grey.shape[2] - k + 1, grey.shape[3] - k + 1
reach = torch.arange(k) - (k - 1) / 2
smooth = torch.exp(-(reach**2) / (2 * (k / 4) ** 2))
across = smooth[:, None] * (reach * smooth)
across = across / across.abs().sum()

# One kernel for each position: (rows, columns, k, k). A convolution has `across` everywhere.
{kernels}
windows = F.unfold(grey, k).reshape(k * k, rows, columns)
result = torch.einsum("krc,rck->rc", windows, kernels.flatten(2))
"""


EXPERIMENT = Experiment(
    name="local",
    title="Locally connected layers",
    topic="C6",
    question="What do shared weights save, and what is lost where each position has its own?",
    controls=(
        Slider(
            "differ", "Differ by", 0.0, 1.0, 1.0, step=0.05,
            tooltip="0: all positions have the shared kernel",
        ),
        Choice(
            "way", "Kernels", (("turned", "Turned with the column"), ("drawn", "Drawn at random")),
            "turned", tooltip="How the kernels of the positions differ; nothing here is trained",
        ),
        Slider("shift", "Push by", 0, 32, 8, suffix=" px", tooltip="To the right, round the edge"),
        Slider("kernel", "Kernel", 2, 11, 5, tooltip="Its side"),
        Slider("side", "Count: side", 11, 256, 32, tooltip="Side of the input that is counted"),
        Slider("channels", "Count: channels in", 1, 512, 3, log=True),
        Slider("filters", "Count: filters", 1, 512, 64, log=True),
    ),
    find=find,
    code=code,
)  # fmt: skip
