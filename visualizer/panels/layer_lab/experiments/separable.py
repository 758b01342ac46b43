"""Depthwise separable convolution: what it saves, and when it is as good as a full one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given, StudyStep
from visualizer.panels.layer_lab.experiments import separable_kernels
from visualizer.panels.layer_lab.pieces import (
    Bars,
    Curves,
    Formula,
    Found,
    Line,
    Say,
    Table,
)

TIMED_MACS = 60_000_000  # more would hold the slider up
SIDES = tuple(range(1, 16, 2))


def find(given: Given) -> Found:
    """Return what both layers cost, or a full kernel taken apart."""
    return _costs(given) if given["look"] == "costs" else separable_kernels.find(given)


def _size(given: Given) -> tuple[int, int, int, int, int]:
    return (
        int(given["kernel"]), int(given["ins"]), int(given["outs"]), int(given["height"]),
        int(given["width"]),
    )  # fmt: skip


def _costs(given: Given) -> Found:
    from engines.layers import convolution_cost, separable_cost

    size, m = _size(given), int(given["multiplier"])
    kernel, cin, cout, height, width = size
    full, separable = convolution_cost(*size), separable_cost(*size, multiplier=m)
    factor = full.parameters / separable.parameters
    timed = full.macs <= TIMED_MACS and separable.macs <= TIMED_MACS
    times = _times(size, m) if timed else None
    return Found(
        pieces=(
            Bars(
                "Weights", ("full", "separable"),
                (float(full.parameters), float(separable.parameters)),
                texts=(f"{full.parameters:,}", f"{separable.parameters:,}"),
            ),
            _curve(size, m),
            _table(size, m, times),
            Formula(
                r"K^2 C_{in} C_{out} \rightarrow m\,(K^2 C_{in} + C_{in} C_{out})",
                "K²·C_in·C_out → m·(K²·C_in + C_in·C_out)",
            ),
            Say(_notice(factor, kernel, cout, times)),
        ),
        shape_in=(cin, height, width),
        shape_out=(cout, height, width),
        parameters=separable.parameters,
        macs=separable.macs,
        seconds=times[1] if times else None,
        result="Weights",
    )  # fmt: skip


def _notice(factor: float, kernel: int, cout: int, times: tuple[float, float] | None) -> str:
    limit = kernel**2 * cout / (kernel**2 + cout)
    text = (
        f"Separable needs 1/{factor:.1f} of the weights and MACs."
        if factor > 1
        else "Separable needs no fewer weights here."
    )
    text += f" It saves as long as the multiplier is below K²·C_out / (K² + C_out) = {limit:.2f}."
    if times is not None and factor > 1:
        text += (
            f" On this machine it took 1/{times[0] / times[1]:.1f} of the time: it moves as many "
            "numbers for fewer sums."
        )
    return text


def _curve(size: tuple[int, int, int, int, int], m: int) -> Curves:
    from engines.layers import convolution_cost, depthwise_separable_parameters

    kernel, cin, cout = size[:3]
    sides = np.array(SIDES, float)
    full = [convolution_cost(k, cin, cout, 1, 1).parameters for k in SIDES]
    less = [depthwise_separable_parameters(k, cin, cout, multiplier=m) for k in SIDES]
    return Curves(
        "Weights over the kernel's side",
        "K",
        "weights",
        (
            Line("full", sides, np.array(full, float), dots=True),
            Line("separable", sides, np.array(less, float), dots=True),
        ),
        log_y=True,
        whole_x=True,
        marks=((float(kernel), f"K = {kernel}"),),
    )


def _table(
    size: tuple[int, int, int, int, int], m: int, times: tuple[float, float] | None
) -> Table:
    from engines.layers import convolution_cost, separable_cost

    kernel, cin, cout, height, width = size
    full = convolution_cost(*size)
    depthwise = convolution_cost(kernel, cin, cin * m, height, width, groups=cin)
    costs = {
        "full": full,
        "depthwise": depthwise,
        "1 × 1": convolution_cost(1, cin * m, cout, height, width),
        "separable": separable_cost(*size, multiplier=m),
    }
    took = {"full": times[0], "separable": times[1]} if times else {}
    rows = tuple(
        (
            name, f"{cost.parameters:,}", f"{cost.macs:,}",
            f"{cost.parameters / full.parameters:.1%}",
            f"{took[name] * 1e3:.2g} ms" if name in took else "",
        )
        for name, cost in costs.items()
    )  # fmt: skip
    note = "" if times else "Too many MACs to be timed while you drag."
    return Table(
        "What each layer costs", ("layer", "weights", "MACs", "of full", "time"), rows, note
    )


def _times(size: tuple[int, int, int, int, int], m: int) -> tuple[float, float]:
    """Return the seconds that the full and the separable layer take on maps of zeros."""
    import torch
    from torch.nn import functional

    from engines.layers import SeparableKernel, measured

    kernel, cin, cout, height, width = size
    maps = torch.zeros(1, cin, height, width)
    full = torch.zeros(cout, cin, kernel, kernel)
    two = SeparableKernel(
        torch.zeros(cin * m, 1, kernel, kernel), torch.zeros(cout, cin * m, 1, 1), m, 0.0
    )
    return (
        measured(lambda: functional.conv2d(maps, full, padding=kernel // 2)),
        measured(lambda: two(maps, padding=kernel // 2)),
    )


def study(given: Given) -> Iterator[StudyStep]:
    """Train the digit network, then make its full convolutions separable, without more training."""
    from engines import digits
    from engines.layers import separate_digits

    del given
    found: list[Any] = []
    steps = 0
    for step in digits.train():
        steps = step.iterations
        if step.iteration % 8 == 0 or step.iteration == steps:
            text = f"Training: {step.accuracy:.1%} of the held-out digits are told right."
            yield StudyStep(step.iteration, steps + 10, Found((Say(text),)), text)
    for one in separate_digits(step.module, digits.load_split()):
        found.append(one)
        text = f"Separable with m = {one.multiplier}: {one.accuracy:.1%} told right."
        yield StudyStep(steps + len(found), steps + 10, _studied(found), text)


def _studied(found: list[Any]) -> Found:
    """Return the accuracy over the multiplier, as far as it is known."""
    full, rest = found[0], found[1:]
    rows = tuple(
        (
            f"m = {one.multiplier}" if one.multiplier else "full, as trained",
            f"{one.cost.parameters:,}", f"{one.cost.macs:,}", f"{one.error:.1%}",
            f"{one.accuracy:.1%}",
        )
        for one in found
    )  # fmt: skip
    columns = ("layers", "weights and biases", "MACs", "off by", "told right")
    pieces: list[Any] = [Table("conv2 and conv3 of the digit network", columns, rows)]
    if rest:
        x = np.array([one.multiplier for one in rest], float)
        pieces = [
            Curves(
                "Digits told right", "multiplier m", "%",
                (
                    Line("separable", x, np.array([100 * o.accuracy for o in rest]), dots=True),
                    Line("full", x, np.full(len(x), 100 * full.accuracy)),
                ),
                whole_x=True,
            ),
            Curves(
                "Error of the kernels", "multiplier m", "% of their size",
                (Line("off by", x, np.array([100 * one.error for one in rest]), dots=True),),
                whole_x=True,
            ),
            *pieces,
            Say(
                "Nothing is trained after the cut. The kernels may be off by much before the "
                "answers are; a network that is trained separable from the start does better."
            ),
        ]  # fmt: skip
    return Found(tuple(pieces))


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    if given["look"] != "costs":
        return separable_kernels.code(given)
    kernel, cin, cout, height, width = _size(given)
    between = cin * int(given["multiplier"])
    return f"""import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

with torch.device("meta"):  # shapes only: nothing is computed
    full = nn.Conv2d({cin}, {cout}, {kernel}, padding="same", bias=False)
    separable = nn.Sequential(
        nn.Conv2d({cin}, {between}, {kernel}, padding="same", groups={cin}, bias=False),
        nn.Conv2d({between}, {cout}, 1, bias=False),
    )
    maps = torch.zeros(1, {cin}, {height}, {width})

macs = []
for layer in (full, separable):
    with FlopCounterMode(display=False) as counter:
        layer(maps)
    macs.append(counter.get_total_flops() // 2)  # a multiplication and an addition count as one

weights = [sum(p.numel() for p in layer.parameters()) for layer in (full, separable)]
result = torch.tensor(weights)
"""


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter for what is looked at."""
    mine = {
        "costs": {"kernel", "ins", "outs", "height", "width"},
        "trained": {"unit"},
        "made": {"terms", "unit"},
    }
    return {"look", "multiplier"} | mine[values["look"]]


EXPERIMENT = Experiment(
    name="separable",
    title="Depthwise separable convolution",
    topic="C12",
    question="What is saved by filtering each channel alone and mixing afterwards, and what lost?",
    controls=(
        Choice(
            "look", "Look at",
            (
                ("costs", "What both cost"),
                ("trained", "A trained layer: the stem of Lite0"),
                ("made", "A full layer of few terms"),
            ),
            "costs", tooltip="The counts, or a full layer that is made separable",
        ),
        Slider("multiplier", "m", 1, 9, 1, tooltip="Depthwise filters for each input channel"),
        Slider("kernel", "K", 1, 15, 3, tooltip="Height and width of the kernel"),
        Slider("ins", "Inputs", 1, 512, 64, tooltip="Input channels"),
        Slider("outs", "Outputs", 1, 512, 128, tooltip="Output channels"),
        Slider("height", "Height", 1, 224, 28, tooltip="Height of the output"),
        Slider("width", "Width", 1, 224, 28, tooltip="Width of the output"),
        Slider("unit", "Filter", 0, 31, 2, tooltip="The output channel that is shown"),
        Slider("terms", "Terms", 1, 4, 2, tooltip="Filters for each input channel it is made of"),
    ),
    find=find,
    code=code,
    inputs=("crop", "picture"),
    study=study,
    study_title="Train on digits, then separate",
    relevant=relevant,
)  # fmt: skip
