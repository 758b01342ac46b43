"""Dilated convolution: taps further apart see more for the same weights, and may leave gaps."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Text
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import (
    Curves,
    Found,
    Line,
    Maps,
    Matrix,
    Say,
    Table,
    Trace,
)

if TYPE_CHECKING:
    from torch import Tensor

KERNELS: dict[str, tuple[str, np.ndarray]] = {
    "mean3": ("Mean, 3 × 3", np.full((3, 3), 1 / 9)),
    "mean5": ("Mean, 5 × 5", np.full((5, 5), 1 / 25)),
    "sobel": ("Sobel, across", np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])),
    "laplace": ("Laplace", np.array([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])),
}
MOST_LAYERS, MOST_DILATION = 6, 16


def find(given: Given) -> Found:
    """Return one dilated layer taken apart, or two stacks compared."""
    return _stacks(given) if given["look"] == "stack" else _one(given)


def _one(given: Given) -> Found:
    import torch

    from engines.layers import dilated, filled_kernel, measured

    maps, d = torch.from_numpy(given.maps), int(given["dilation"])
    kernel = torch.from_numpy(KERNELS[given["kernel"]][1]).float()
    after = dilated(maps, kernel, d)
    filled = filled_kernel(kernel, d)
    off = float((after - dilated(maps, filled, 1)).abs().max())
    side, reach = len(kernel), len(filled)
    return Found(
        pieces=(
            Maps("Input", given.maps, colour=given.in_colour),
            Maps(
                "Output", after.numpy(), group="outputs", trace=_tracer(maps, kernel, after, d),
                source="Input", note="Point at it: the taps light up on the input.",
            ),
            Maps(
                "Without dilation", dilated(maps, kernel, 1).numpy(), group="outputs",
                note="The same weights side by side, for comparison.",
            ),
            Matrix(
                "The kernel with its zeros", filled.numpy(),
                note=f"{reach} = {d}·({side} − 1) + 1 pixels from end to end. A usual convolution "
                + ("with it is equal, to the last bit." if not off else f"differs by {off:.0e}."),
            ),
            Say(
                f"{side**2} weights reach over {reach} × {reach} pixels. A usual kernel of that "
                f"reach has {reach**2} weights; here {reach**2 - side**2} of them are 0 and cost "
                "nothing, but the pixels below them are never seen."
            ),
        ),
        shape_in=tuple(maps.shape),
        shape_out=tuple(after.shape),
        parameters=side**2,
        macs=side**2 * after.numel(),
        seconds=measured(lambda: dilated(maps, kernel, d)),
        result="Output",
    )  # fmt: skip


def _tracer(
    maps: Tensor, kernel: Tensor, after: Tensor, d: int
) -> Callable[[int, int, int], Trace]:
    half = len(kernel) // 2

    def trace(channel: int, row: int, column: int) -> Trace:
        windows, products = [], []
        for (i, j), weight in np.ndenumerate(kernel.numpy()):
            r, c = row + (i - half) * d, column + (j - half) * d
            if 0 <= r < maps.shape[1] and 0 <= c < maps.shape[2]:
                windows.append((r, c, 1, 1))
                products.append((f"{r}, {c}", float(maps[channel, r, c]), float(weight)))
        total = float(after[channel, row, column])
        return Trace(tuple(windows), total, tuple(products), channel=channel)

    return trace


def dilations_of(text: str) -> list[int]:
    """Return the dilations of a stack as typed, "1 2 5". Raises LayerError for anything else."""
    from engines.errors import LayerError

    parts = [part for part in re.split(r"[\s,;–-]+", text.strip()) if part]
    wrong = [one for one in parts if not re.fullmatch(r"\d{1,2}", one, flags=re.ASCII)]
    if wrong or not parts:
        what = f"“{wrong[0][:20]}” is no dilation" if wrong else "There is no dilation"
        raise LayerError(f"{what}. Type one whole number for each layer, as 1 2 5.")
    numbers = [int(one) for one in parts]
    if len(numbers) > MOST_LAYERS or not 1 <= min(numbers) <= max(numbers) <= MOST_DILATION:
        raise LayerError(
            f"{len(numbers)} layers with dilations of {min(numbers)} to {max(numbers)}: at most "
            f"{MOST_LAYERS} layers are shown, each with a dilation from 1 to {MOST_DILATION}."
        )
    return numbers


def _stacks(given: Given) -> Found:
    import torch

    from engines.layers import coverage, dilated, measured

    both = [dilations_of(given[name]) for name in ("stack", "other")]
    names = [f"{which}: {'-'.join(map(str, one))}" for which, one in zip("AB", both, strict=True)]
    maps = torch.from_numpy(given.maps)

    def through(dilations: list[int]) -> Tensor:
        out = maps
        for d in dilations:
            out = dilated(out, torch.full((3, 3), 1 / 9), d)
        return out

    seen = [coverage(one).numpy() for one in both]
    outs = [through(one) for one in both]
    layers = len(both[0])
    return Found(
        pieces=(
            *(
                Maps(f"Seen by {name}", one[None].astype(np.float32), note=_gaps(one))
                for name, one in zip(names, seen, strict=True)
            ),
            Curves(
                "Middle row", "pixels from the centre", "share of the paths",
                tuple(_middle(name, one) for name, one in zip(names, seen, strict=True)),
                note="Down to 0 means: not seen at all.",
            ),
            *(
                Maps(
                    f"Means through {name}", out.numpy(), colour=given.in_colour, group="means"
                )
                for name, out in zip(names, outs, strict=True)
            ),
            _table(names, both, seen),
            Say(_verdict(names, seen)),
        ),
        shape_in=tuple(maps.shape),
        shape_out=tuple(outs[0].shape),
        parameters=9 * layers,
        macs=9 * layers * maps.numel(),
        seconds=measured(lambda: through(both[0])),
        result=f"Means through {names[0]}",
    )  # fmt: skip


def _gaps(paths: np.ndarray) -> str:
    missed = int((paths == 0).sum())
    return f"{missed} of {paths.size} pixels are never seen." if missed else "No pixel is missed."


def _middle(name: str, paths: np.ndarray) -> Line:
    half = len(paths) // 2
    return Line(name, np.arange(-half, half + 1.0), paths[half] / paths.sum(), dots=True)


def _table(names: list[str], both: list[list[int]], seen: list[np.ndarray]) -> Table:
    rows = []
    for name, dilations, paths in zip(names, both, seen, strict=True):
        field = f"{len(paths)} × {len(paths)}"
        rows.append((name, 9 * len(dilations), field, f"{(paths > 0).mean():.0%}"))
    return Table("Two stacks", ("stack", "weights", "receptive field", "of it seen"), tuple(rows))


def _verdict(names: list[str], seen: list[np.ndarray]) -> str:
    shares = [float((one > 0).mean()) for one in seen]
    if shares[0] == shares[1] == 1:
        return "Neither stack leaves gaps: the dilations grow slowly enough."
    if max(shares) == 1:
        worse, better = names if shares[1] == 1 else names[::-1]
        return (
            f"{worse} leaves a grid of gaps: neighbouring outputs look at different pixels, and "
            f"what was smooth gets a grid. {better} fills its field with as many weights a layer."
        )
    return (
        f"Both leave gaps: {names[0]} sees {shares[0]:.0%} of its field, {names[1]} "
        f"{shares[1]:.0%}. Start with 1, and let no dilation be larger than what is filled already."
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    if given["look"] == "stack":
        return _stack_code(dilations_of(given["stack"]))
    kernel = KERNELS[given["kernel"]][1]
    d = int(given["dilation"])
    padding = d * (len(kernel) // 2)
    rows = ",\n    ".join(str(row) for row in kernel.tolist())
    return f"""import torch
from torch.nn import functional as F

channels = x.shape[1]
kernel = torch.tensor([
    {rows},
])
weight = kernel.expand(channels, 1, -1, -1)  # the same for every channel

# The same with zeros between the taps, and no dilation.
filled = torch.zeros({2 * padding + 1}, {2 * padding + 1})
filled[::{d}, ::{d}] = kernel
same = F.conv2d(x, filled.expand(channels, 1, -1, -1), padding={padding}, groups=channels)

result = F.conv2d(x, weight, padding={padding}, dilation={d}, groups=channels)
"""


def _stack_code(dilations: list[int]) -> str:
    return f"""import torch
from torch.nn import functional as F

channels = x.shape[1]
weight = torch.full((channels, 1, 3, 3), 1 / 9)
dilations = {dilations}

# Which pixels one unit sees: the gradient of a stack of ones.
field = 1 + 2 * sum(dilations)
pixels = torch.zeros(1, 1, field, field, requires_grad=True)
unit = pixels
for d in dilations:
    unit = F.conv2d(unit, torch.ones(1, 1, 3, 3), dilation=d)
(paths,) = torch.autograd.grad(unit.sum(), pixels)

out = x
for d in dilations:
    out = F.conv2d(out, weight, padding=d, dilation=d, groups=channels)
result = out
"""


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter for what is looked at."""
    return {"look"} | ({"stack", "other"} if values["look"] == "stack" else {"kernel", "dilation"})


EXPERIMENT = Experiment(
    name="dilated",
    title="Dilated convolution",
    topic="C12",
    question="How does a kernel see further with the same weights, and what does it miss?",
    controls=(
        Choice(
            "look", "Look at", (("one", "One layer"), ("stack", "Two stacks of layers")), "one",
            tooltip="One dilated layer, or what several see together",
        ),
        Choice(
            "kernel", "Kernel", tuple((key, one[0]) for key, one in KERNELS.items()), "sobel",
            tooltip="The taps that are pulled apart",
        ),
        Slider("dilation", "Dilation", 1, 8, 2, tooltip="Pixels from one tap to the next"),
        Text("stack", "Stack A", "2 2 2", tooltip="A dilation for each 3 × 3 layer"),
        Text("other", "Stack B", "1 2 5", tooltip="A dilation for each 3 × 3 layer"),
    ),
    find=find,
    code=code,
    relevant=relevant,
)  # fmt: skip
