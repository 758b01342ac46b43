"""1 × 1 convolution: the channels of each pixel mixed, and the mix learnt back from pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Found, Maps, Matrix, Piece, Say, Trace

if TYPE_CHECKING:
    from torch import Tensor

    from engines.layers import RecoveredMix

ROUNDING = 2e-6
OWN_MATRIX = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.4, 0.0, 0.6))
TREATMENTS = (
    ("nothing", "Nothing else"),
    ("clip", "Clipped to 0…1"),
    ("gamma", "Gamma: the square root"),
    ("blur", "Blur: mean of 5 × 5"),
)
IN_CODE = {
    "nothing": "mixed",
    "clip": "mixed.clamp(0, 1)",
    "gamma": "mixed.clamp(min=0).sqrt()",
    "blur": "F.avg_pool2d(mixed, 5, stride=1, padding=2, count_include_pad=False)",
}
WHY_NOT = {
    "nothing": "Nothing else was done",
    "clip": "Clipping bends the line at 0 and 1",
    "gamma": "A root is no line",
    "blur": "A blur takes from the neighbours, which a 1 × 1 kernel does not see",
}


@dataclass(frozen=True)
class Mix:
    """The layer as it is set: rows of the matrix, one bias a row, and what the rows are called."""

    matrix: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]
    names: tuple[str, ...]
    coloured: bool


def mix_of(given: Given) -> Mix:
    """Return the matrix and bias that the controls stand for."""
    from engines.layers import COLOUR_MATRICES

    which = given["mix"]
    if which == "sliders":
        row = tuple(float(given[name]) for name in ("first", "second", "third"))
        return Mix((row[: len(given.maps)],), (float(given["bias"]),), ("mix",), False)
    if which == "own":
        rows = given["matrix"]
        names = ("R", "G", "B") if len(rows) == 3 else tuple(f"out {n}" for n in range(len(rows)))
        return Mix(rows, (float(given["bias"]),) * len(rows), names, len(rows) == 3)
    chosen = COLOUR_MATRICES[which]
    return Mix(chosen.matrix, chosen.bias, chosen.names, chosen.names == ("R", "G", "B"))


def channels_of(given: Given) -> int:
    """Return how many channels are mixed: three of more for all but a typed matrix."""
    return len(given.maps) if given["mix"] == "own" else min(3, len(given.maps))


def find(given: Given) -> Found:
    """Return the mixed maps, the matrix, and what is learnt back from before and after."""
    import torch

    from engines.layers import convolution_cost, measured, pointwise, recover_pointwise

    before = torch.from_numpy(given.maps)[: channels_of(given)]
    mix = mix_of(given)
    matrix, bias = torch.tensor(mix.matrix).float(), torch.tensor(mix.bias).float()
    mixed = pointwise(before, matrix, bias)
    after = _treated(mixed, given["between"])
    learnt = recover_pointwise(before, after)
    picture = given.kind != "map"
    names = _names(len(before), picture)
    shown: list[Piece] = [
        Maps("Input", before.numpy(), colour=picture and len(before) == 3),
        Maps(
            "Output", mixed.numpy(), colour=picture and mix.coloured,
            trace=_tracer(before, matrix, bias, names), source="Input",
            note="" if len(before) == len(given.maps) else "Of the input, the first three channels",
        ),
    ]  # fmt: skip
    if given["between"] != "nothing":
        shown.append(Maps("After", after.numpy(), colour=picture and mix.coloured))
    columns = (*names, "bias")
    shown += [
        Matrix("The layer", _with_bias(matrix, bias), mix.names, columns),
        Matrix(
            "Learnt from before and after", _with_bias(learnt.matrix, learnt.bias), mix.names,
            columns, note=_difference(learnt, matrix, bias),
        ),
        Maps(
            "Left over", _unrounded(learnt.residual.numpy()), signed=True,
            note="After less what the learnt layer makes of the input.",
        ),
        Say(_verdict(learnt, given["between"])),
    ]  # fmt: skip
    cost = convolution_cost(1, len(before), len(mixed), *before.shape[1:], bias=True)
    return Found(
        pieces=tuple(shown),
        shape_in=tuple(before.shape),
        shape_out=tuple(mixed.shape),
        parameters=cost.parameters,
        macs=cost.macs,
        seconds=measured(lambda: pointwise(before, matrix, bias)),
        result="Output",
    )


def _unrounded(residual: np.ndarray) -> np.ndarray:
    """Return `residual` with what is rounding only as 0, that it be not blown up to full colour."""
    return np.where(np.abs(residual) < ROUNDING, 0.0, residual).astype(np.float32)


def _treated(mixed: Tensor, how: str) -> Tensor:
    from torch.nn import functional

    if how == "clip":
        return mixed.clamp(0, 1)
    if how == "gamma":
        return mixed.clamp(min=0).sqrt()
    if how == "blur":
        return functional.avg_pool2d(mixed, 5, stride=1, padding=2, count_include_pad=False)
    return mixed


def _names(count: int, picture: bool) -> tuple[str, ...]:
    if picture and count == 3:
        return ("R", "G", "B")
    return tuple(f"in {n}" for n in range(count))


def _with_bias(matrix: Tensor, bias: Tensor) -> np.ndarray:
    return np.hstack([matrix.numpy(), bias.numpy()[:, None]]).round(6)


def _difference(learnt: RecoveredMix, matrix: Tensor, bias: Tensor) -> str:
    if not learnt.unique:
        return "The channels depend on one another: other numbers do as well, these are smallest."
    off = max(float((learnt.matrix - matrix).abs().max()), float((learnt.bias - bias).abs().max()))
    return f"Off by {off:.1g} at most." if off >= 1e-4 else "The same, to 4 decimals."


def _verdict(learnt: RecoveredMix, between: str) -> str:
    why = WHY_NOT[between]
    if learnt.rms < 1e-5:
        return (
            f"{why} to these pixels, and nothing is left over: a 1 × 1 convolution does all of it."
            if between == "nothing"
            else "Nothing is left over: on these pixels a 1 × 1 convolution does the same."
        )
    return (
        f"{why}: {learnt.rms:.2g} is left over on average (root of the mean square), "
        f"{1 - learnt.explained:.1%} of the variance. No 1 × 1 convolution comes nearer."
    )


def _tracer(
    before: Tensor, matrix: Tensor, bias: Tensor, names: tuple[str, ...]
) -> Callable[[int, int, int], Trace]:
    def trace(channel: int, row: int, column: int) -> Trace:
        inputs, weights = before[:, row, column], matrix[channel]
        products = [
            (name, float(value), float(weight))
            for name, value, weight in zip(names, inputs, weights, strict=True)
        ]
        if float(bias[channel]):
            products.append(("bias", 1.0, float(bias[channel])))
        total = float(inputs @ weights + bias[channel])
        return Trace(((row, column, 1, 1),), total, tuple(products))

    return trace


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    mix, channels = mix_of(given), channels_of(given)
    part = "" if channels == len(given.maps) else f"x = x[:, :{channels}]\n"
    rows = ",\n    ".join(str(list(map(float, row))) for row in mix.matrix)
    return f"""import torch
from torch import nn
from torch.nn import functional as F

{part}mix = nn.Conv2d({channels}, {len(mix.matrix)}, kernel_size=1).requires_grad_(False)
mix.weight[:, :, 0, 0] = torch.tensor([
    {rows},
])
mix.bias[:] = torch.tensor({list(map(float, mix.bias))})
mixed = mix(x)

# The same layer, learnt from the pixels before and after by least squares.
after = {IN_CODE[given["between"]]}
pixels = F.pad(x[0].flatten(1).T, (0, 1), value=1.0)  # a column of ones for the bias
learnt = torch.linalg.lstsq(pixels, after[0].flatten(1).T).solution.T

result = mixed
"""


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter for this mix."""
    mine = {"sliders": {"first", "second", "third", "bias"}, "own": {"matrix", "bias"}}
    return {"mix", "between"} | mine.get(values["mix"], set())


EXPERIMENT = Experiment(
    name="pointwise",
    title="1 × 1 convolution",
    topic="C10",
    question="What can a layer do that looks at one pixel only, at all of its channels?",
    controls=(
        Choice(
            "mix",
            "Mix",
            (
                ("sliders", "One output, by sliders"),
                ("own", "A matrix of your own"),
                ("identity", "Identity"),
                ("grey601", "Grey, Rec. 601"),
                ("grey709", "Grey, Rec. 709"),
                ("sepia", "Sepia"),
                ("ycbcr", "YCbCr"),
                ("swap", "Red and blue swapped"),
            ),
            "sliders",
            tooltip="The weights: one row an output channel, one column an input channel",
        ),
        Slider("first", "R", -2.0, 2.0, 0.3, step=0.05, tooltip="Weight of the first channel"),
        Slider("second", "G", -2.0, 2.0, 0.6, step=0.05, tooltip="Weight of the second channel"),
        Slider("third", "B", -2.0, 2.0, 0.1, step=0.05, tooltip="Weight of the third channel"),
        Numbers(
            "matrix", "Matrix", OWN_MATRIX,
            tooltip="A row for each output channel, a column for each input channel",
        ),
        Slider("bias", "Bias", -1.0, 1.0, 0.0, step=0.05, tooltip="Added to every output"),
        Choice(
            "between", "Then", TREATMENTS, "nothing",
            tooltip="What else happens before the layer is learnt back from both pictures",
        ),
    ),
    find=find,
    code=code,
    inputs=("crop", "picture", "map"),
    relevant=relevant,
)  # fmt: skip
