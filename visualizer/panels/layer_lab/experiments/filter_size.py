"""Filter size: small kernels after one another against one large kernel that sees as much."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given, StudyStep
from visualizer.panels.layer_lab.experiments.filter_size_study import scores_found
from visualizer.panels.layer_lab.pieces import Found, Maps, Matrix, Piece, Say, Table, Trace

if TYPE_CHECKING:
    from torch import Tensor

    from engines.stack_counts import StackCount

SMOOTH = ((1.0, 2.0, 1.0), (2.0, 4.0, 2.0), (1.0, 2.0, 1.0))
SLOPE = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
INPUT = "Input"
_WORDS = {2: "Two", 3: "Three"}
_WANTED = (
    ("noise", "random numbers"),
    ("disc", "disc"),
    ("log", "Laplacian of Gaussian"),
    ("gabor", "Gabor"),
    ("binomial", "binomial"),
)


def find(given: Given) -> Found:
    """Return what both cost, what both come to on the input, and what the stack cannot come to."""
    import torch

    from engines.layers import compose_kernels, run_stack, stack_macs
    from engines.stack_counts import as_one_layer, count_stack

    kernels = _kernels(given)
    depth, side = len(kernels), given["side"]
    stack = count_stack(3, depth, given["channels"])
    large = as_one_layer(stack)
    grey = torch.from_numpy(given.maps).mean(dim=0)[None, None]
    one = compose_kernels(kernels)
    by_stack, by_one = run_stack(grey, kernels, relu=given["relu"]), run_stack(grey, [one])
    titles = (_title(depth), f"One {large.kernel}×{large.kernel}")
    times = [_seconds(count, side) for count in (stack, large)]
    pieces: tuple[Piece, ...] = (
        Say(
            f"{titles[0]} see as much as one {large.kernel}×{large.kernel}, for "
            f"{stack.weights / large.weights:.0%} of its weights: {stack.factor} C² instead of "
            f"{large.factor} C². A ReLU between them is more than one layer can do."
        ),
        _costs((stack, large), titles, side, times),
        Maps(INPUT, grey[0].numpy(), note=_input_note(given)),
        Maps(
            titles[0],
            by_stack[0].numpy(),
            group="answers",
            source=INPUT,
            note="One after the other, without padding: where they do not fit, nothing is made.",
        ),
        Maps(
            titles[1],
            by_one[0].numpy(),
            group="answers",
            source=INPUT,
            trace=partial(_trace, grey[0, 0].numpy(), one[0, 0].numpy(), by_one[0].numpy()),
            note=_difference_note(given["relu"], float((by_stack - by_one).abs().max())),
        ),
        Matrix(
            f"The {large.kernel}×{large.kernel} they come to",
            one[0, 0].numpy(),
            note="The full convolution of the kernels typed.",
        ),
        *_converse(given["wanted"], large.kernel, given["between"]),
    )
    shape = (1, given["channels"], side, side)
    return Found(
        pieces=pieces,
        shape_in=shape,
        shape_out=shape,
        parameters=stack.weights,
        macs=stack_macs(stack, side, side),
        seconds=times[0],
        result=titles[0],
    )


def _title(depth: int) -> str:
    return f"{_WORDS[depth]} 3×3"


def _kernels(given: Given) -> list[Tensor]:
    """Return the typed kernels as (1, 1, 3, 3) each. Raises LayerError for another size."""
    import torch

    from engines.errors import LayerError

    kernels = []
    for name in _names(given["stack"]):
        typed = torch.tensor(given[name])
        if typed.shape != (3, 3):
            raise LayerError(
                f"The {name} kernel has {' × '.join(map(str, typed.shape))} numbers. The stack is "
                "made of 3 × 3 kernels: type nine numbers."
            )
        kernels.append(typed[None, None])
    return kernels


def _names(stack: str) -> tuple[str, ...]:
    return ("first", "second", "third")[: int(stack)]


def _seconds(count: StackCount, side: int) -> float:
    """Return the measured time of one run on maps that keep their size."""
    import torch
    from torch.nn import functional

    from engines.layers import measured

    width, padding = count.channels, count.kernel // 2
    maps = torch.rand(1, width, side, side)
    weights = [torch.rand(width, width, count.kernel, count.kernel) for _ in range(count.depth)]

    def run() -> Tensor:
        through = maps
        for weight in weights:
            through = functional.conv2d(through, weight, padding=padding)
        return through

    run()  # the first of all convolutions in a program takes many times as long
    # Enough that one wait for the window, which draws meanwhile, is not the only run.
    return measured(run, budget=0.06)


def _costs(
    counts: tuple[StackCount, ...], titles: tuple[str, ...], side: int, times: list[float]
) -> Table:
    from engines.layers import stack_macs

    rows = tuple(
        (
            title,
            " → ".join(f"{field}×{field}" for field in count.fields),
            f"{count.weights:,}",
            f"{stack_macs(count, side, side) / 1e6:,.3g} M",
            f"{time * 1e3:.3g}",
        )
        for title, count, time in zip(titles, counts, times, strict=True)
    )
    channels = counts[0].channels
    return Table(
        "What each costs",
        ("", "sees", "weights", "MACs", "ms here"),
        rows,
        f"{channels} channels into and out of each layer, maps of {side} × {side}, without biases.",
    )


def _input_note(given: Given) -> str:
    if len(given.maps) == 1:
        return ""
    return f"Mean of the {len(given.maps)} channels."


def _difference_note(relu: bool, apart: float) -> str:
    if relu:
        return f"Largest difference {apart:.3g}: the ReLU between, which no single kernel can do."
    return f"Largest difference {apart:.1g}: without a ReLU between, the two are one layer."


def _trace(
    grey: np.ndarray, kernel: np.ndarray, answers: np.ndarray, channel: int, row: int, column: int
) -> Trace:
    """Return the window of the one large kernel and its products."""
    size = len(kernel)
    window = grey[row : row + size, column : column + size]
    products = tuple(
        (f"({y}, {x})", float(window[y, x]), float(kernel[y, x])) for y, x in np.ndindex(size, size)
    )
    total = float(answers[channel, row, column])
    text = f"{size * size} products of the window and the kernel add up to {total:.4g}"
    return Trace(((row, column, size, size),), total, products, text)


def _converse(wanted: str, size: int, between: int) -> tuple[Piece, ...]:
    """Return a large kernel and the nearest that the small ones come to."""
    target = wanted_kernel(wanted, size)
    made, error = _nearest(wanted, size, between)
    free = (size - 1) // 2 * 8 + 1  # nine each, and only one of the scales counts
    if error < 1e-3:
        note = f"Off by {error:.1%}: these layers can be it."
    else:
        note = f"Off by {error:.1%} of its length: the best that was found."
    if between == 1:
        note += f" They have {free} free numbers, it has {size * size}."
    return (
        Matrix(f"Wanted {size}×{size}", target, note="The other way round: a large kernel first."),
        Matrix(f"Nearest by {_title((size - 1) // 2)}", made, note=note),
    )


@lru_cache(maxsize=64)
def _nearest(wanted: str, size: int, between: int) -> tuple[np.ndarray, float]:
    from engines.layers import nearest_stack

    fit = nearest_stack(wanted_kernel(wanted, size), between=between)
    return fit.made, fit.error


def wanted_kernel(name: str, size: int) -> np.ndarray:
    """Return the kernel (size, size) float64 of that name. Raises KeyError for another name."""
    reach = size // 2
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1].astype(float)
    square, sigma = y**2 + x**2, reach / 2
    bell = np.exp(-square / (2 * sigma**2))
    row = np.array([1.0])
    for _ in range(reach):
        row = np.convolve(row, [1, 2, 1])
    log = (square / sigma**2 - 2) * bell
    kernels: dict[str, np.ndarray] = {
        "noise": np.random.default_rng(size).standard_normal((size, size)),
        "disc": (square <= reach**2).astype(float),
        "log": log - log.mean(),
        "gabor": np.cos(2 * np.pi * (x + y / 2) / size * 1.5) * bell,
        "binomial": np.outer(row, row) / row.sum() ** 2,
    }
    return kernels[name]


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    names = _names(given["stack"])
    lines = [f"{name} = torch.tensor({[list(row) for row in given[name]]})" for name in names]
    steps = [f"maps = functional.conv2d(maps, {name}[None, None])" for name in names]
    between = "\nmaps = functional.relu(maps)\n" if given["relu"] else "\n"
    newline = "\n"
    return f"""import torch
from torch.nn import functional

{newline.join(lines)}
grey = x.mean(dim=1, keepdim=True)

maps = grey
{between.join(steps)}

# The one kernel that they come to without a ReLU between: their full convolution.
one = {names[0]}[None, None]
for kernel in [{", ".join(names[1:])}]:
    one = functional.conv2d(one, kernel.flip(0, 1)[None, None], padding=2)
print(one[0, 0], (functional.conv2d(grey, one) - maps).abs().max())

result = maps
"""


def study(given: Given) -> Iterator[StudyStep]:
    """Train each stack on the digits, with several seeds."""
    from engines.layers import train_digit_stacks

    channels, seeds, epochs = given["channels"], given["seeds"], given["epochs"]
    for step in train_digit_stacks(channels, seeds=seeds, epochs=epochs):
        yield StudyStep(step.done, step.of, scores_found(step.scores, channels), _progress(step))


def _progress(step: Any) -> str:
    return f"Pass {step.done} of {step.of} over the training digits"


EXPERIMENT = Experiment(
    name="filter_size",
    title="Filter size",
    topic="C5",
    question="Several small kernels, or one large kernel that sees as much?",
    controls=(
        Choice(
            "stack",
            "Compare",
            (("2", "two 3×3, one 5×5"), ("3", "three 3×3, one 7×7")),
            "2",
            tooltip="Both sides see equally much of the input",
        ),
        Slider("channels", "C", 1, 64, 16, log=True, tooltip="Channels into and out of each layer"),
        Slider("side", "Side", 8, 64, 32, suffix=" px", tooltip="Of the maps, to count and time"),
        Toggle("relu", "ReLU between", tooltip="What makes a stack more than one large kernel"),
        Numbers("first", "First 3×3", SLOPE),
        Numbers("second", "Second 3×3", SMOOTH),
        Numbers("third", "Third 3×3", SMOOTH),
        Choice("wanted", "Wanted kernel", _WANTED, "noise", tooltip="Can small ones come to it?"),
        Slider("between", "Paths", 1, 4, 1, tooltip="Channels between the small kernels"),
        Slider("seeds", "Seeds", 1, 8, 3, tooltip="Trainings of each stack on the digits"),
        Slider("epochs", "Passes", 1, 12, 6, tooltip="Over the training digits, in each training"),
    ),
    find=find,
    code=code,
    study=study,
    study_title="Train on digits",
    relevant=lambda values: {
        "stack", "channels", "side", "relu", "wanted", "between", "seeds", "epochs",
        *_names(values["stack"]),
    },
)  # fmt: skip
