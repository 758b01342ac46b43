"""Fully connected layers as convolutions, and convolutions as matrices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Numbers, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Found, Maps, Matrix, Say, Table, Trace

if TYPE_CHECKING:
    from torch import Tensor, nn

KERNEL = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
QUARTERS = ((1, 1), (1, 3), (3, 1), (3, 3))
FC6 = (512, 7, 4096)  # VGG19's first fully connected layer: channels, side, outputs
SUMMANDS = 12


def find(given: Given) -> Found:
    """Return the layer's answer to one window, and to every window as a convolution."""
    import torch

    from engines.layers import linear_parameters, linear_to_conv2d, measured

    x = torch.from_numpy(given.maps)
    side, (channels, height, width) = given["side"], x.shape
    places = _places(given, height, width)
    linear = _layer(x, places, side)
    conv = linear_to_conv2d(linear, channels, side, side)
    with torch.no_grad():
        scores = conv(x[None])[0]
        seconds = measured(lambda: conv(x[None]))
    kernels = linear.weight.detach().reshape(-1, channels, side, side)
    return Found(
        pieces=(
            Maps("Input", given.maps, note=f"{channels} × {height} × {width}."),
            Maps(
                "Weights", kernels.mean(1).numpy(), signed=True,
                note="Windows of the input with mean 0 and length 1; the mean of the channels.",
            ),
            Maps(
                "Score map", scores.numpy(), signed=True, trace=_tracer(x, kernels, scores),
                source="Input", note=_peaks(scores, places),
            ),
            _one_window(x, linear, scores, side),
            Say(
                f"The fully connected layer takes {channels} × {side} × {side} = "
                f"{linear.in_features:,} numbers and gives {len(places)}. As a convolution with a "
                f"kernel of {side} × {side} it gives the same there, and on this larger input "
                f"{scores.shape[1]} × {scores.shape[2]} of them: a score map. The CNN Viewer's "
                "“Head as convolution” does it to a trained network."
            ),
            _as_matrix(given),
            _vgg(given["vgg"]),
        ),
        shape_in=tuple(x.shape),
        shape_out=tuple(scores.shape),
        parameters=linear_parameters(linear.in_features, len(places)),
        macs=linear.weight.numel() * scores.shape[1] * scores.shape[2],
        seconds=seconds,
        result="Score map",
    )  # fmt: skip


def _places(given: Given, height: int, width: int) -> list[tuple[int, int]]:
    """Return where the windows that the weights are made of begin."""
    from engines.errors import LayerError

    side = given["side"]
    if side > min(height, width):
        raise LayerError(
            f"A window of {side} × {side} is larger than the input of {height} × {width}. Take a "
            "smaller window or a larger input."
        )
    return [
        (row * (height - side) // 4, column * (width - side) // 4)
        for row, column in QUARTERS[: given["outputs"]]
    ]


def _layer(x: Tensor, places: list[tuple[int, int]], side: int) -> nn.Linear:
    import torch

    windows = [x[:, r : r + side, c : c + side].flatten() for r, c in places]
    weights = torch.stack(windows)
    weights = weights - weights.mean(1, keepdim=True)
    weights = weights / weights.norm(dim=1, keepdim=True).clamp(min=1e-6)
    linear = torch.nn.Linear(weights.shape[1], len(places))
    with torch.no_grad():
        linear.weight.copy_(weights)
        linear.bias.zero_()
    return linear


def _peaks(scores: Tensor, places: list[tuple[int, int]]) -> str:
    width = scores.shape[2]
    found = [divmod(int(one.argmax()), width) for one in scores.flatten(1)]
    own = sum(a == b for a, b in zip(found, places, strict=True))
    return f"{own} of {len(places)} are largest just where their window was cut out."


def _tracer(x: Tensor, kernels: Tensor, scores: Tensor) -> Any:
    side = kernels.shape[2]

    def trace(output: int, row: int, column: int) -> Trace:
        products = (x[:, row : row + side, column : column + side] * kernels[output]).numpy()
        total = float(scores[output, row, column])
        by_channel = ", ".join(f"{value:.3g}" for value in products.sum((1, 2))[:SUMMANDS])
        more = ", …" if len(products) > SUMMANDS else ""
        text = f"{products.size:,} products, by channel {by_channel}{more}: {total:.4g}"
        return Trace(((row, column, side, side),), total, text=text)

    return trace


def _one_window(x: Tensor, linear: nn.Linear, scores: Tensor, side: int) -> Matrix:
    """Compare both layers on the window in the middle."""
    import torch

    row, column = scores.shape[1] // 2, scores.shape[2] // 2
    with torch.no_grad():
        flat = linear(x[:, row : row + side, column : column + side].flatten())
    return Matrix(
        "One window, both ways",
        torch.stack([flat, scores[:, row, column]]).numpy(),
        ("fully connected", "convolution"),
        tuple(f"output {n}" for n in range(len(flat))),
        note=f"The window at row {row}, column {column}.",
    )


def _as_matrix(given: Given) -> Maps:
    """Write a small convolution as the matrix of a fully connected layer."""
    from engines.geometry import Axis, Layout, matrix, plan

    kernel, size = np.asarray(given["kernel"], float), given["size"]
    rows, columns = (plan(Axis(size, side), "correlation") for side in kernel.shape)
    whole = matrix(kernel, Layout(rows, columns))
    used = int(np.prod(kernel.shape)) * whole.shape[0]
    return Maps(
        "A convolution as a matrix",
        whole[None].astype(np.float32),
        signed=True,
        note=f"On {size} × {size}: {used:,} of {whole.size:,} entries come from the kernel's "
        f"{kernel.size}, the rest is 0. A fully connected layer has {whole.size:,} of its own.",
    )


def _vgg(side: int) -> Table:
    """Count VGG19's first fully connected layer, and as a convolution on a larger picture."""
    from engines.layers import convolution_parameters, linear_parameters

    channels, kernel, outputs = FC6
    maps = side // 32
    places = maps - kernel + 1
    inputs = channels * kernel * kernel
    weights = linear_parameters(inputs, outputs, bias=False)
    both = f"{convolution_parameters(channels, outputs, (kernel, kernel)):,}"
    return Table(
        f"VGG19's first on {side} × {side}",
        ("layer", "takes", "gives", "parameters", "MACs"),
        (
            (
                "fully connected", f"{inputs:,}", f"{outputs:,}",
                f"{linear_parameters(inputs, outputs):,}", f"{weights:,}",
            ),
            (
                "7 × 7 convolution", f"{channels} × {maps} × {maps}",
                f"{outputs:,} × {places} × {places}", both, f"{weights * places**2:,}",
            ),
        ),
        note="The fully connected layer takes pictures of 224 × 224 only; the convolution takes "
        "every larger one.",
    )  # fmt: skip


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    places = _places(given, *given.maps.shape[1:])
    return f"""import torch
from torch import nn

side, places = {given["side"]}, {places}
windows = torch.stack([x[0, :, r:r + side, c:c + side].flatten() for r, c in places])
weights = windows - windows.mean(1, keepdim=True)
weights = weights / weights.norm(dim=1, keepdim=True).clamp(min=1e-6)

linear = nn.Linear(weights.shape[1], len(places))
conv = nn.Conv2d(x.shape[1], len(places), side)
with torch.no_grad():
    linear.weight.copy_(weights)
    linear.bias.zero_()
    # The same numbers, only in another shape.
    conv.weight.copy_(linear.weight.reshape(conv.weight.shape))
    conv.bias.copy_(linear.bias)
    result = conv(x)
"""


EXPERIMENT = Experiment(
    name="dense",
    title="Fully connected as convolution",
    topic="C14",
    question="What is a fully connected layer on an input larger than it was made for?",
    controls=(
        Slider("side", "Window", 2, 32, 6, suffix=" px", tooltip="What the layer was made for"),
        Slider("outputs", "Outputs", 1, 4, 4, tooltip="Each has a window of the input as weights"),
        Slider("vgg", "VGG19 picture", 224, 640, 320, step=32, suffix=" px"),
        Slider("size", "Matrix: input", 4, 12, 6, tooltip="Side of the input of the matrix"),
        Numbers("kernel", "Matrix: kernel", KERNEL, tooltip="Of the convolution as a matrix"),
    ),
    find=find,
    code=code,
)
