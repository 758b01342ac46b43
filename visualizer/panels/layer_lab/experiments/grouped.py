"""Grouped convolution: which channels still reach which, and what that saves."""

from __future__ import annotations

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import (
    Curves,
    Formula,
    Found,
    Line,
    Matrix,
    Say,
    Table,
)

TIMED_MACS = 60_000_000  # more would hold the slider up


def find(given: Given) -> Found:
    """Return the connections, and the costs with this and every other count of groups."""
    from engines.layers import convolution_cost, grouped_connections

    cin, cout, groups = int(given["ins"]), int(given["outs"]), int(given["groups"])
    side, layers, shuffle = int(given["side"]), int(given["layers"]), given["shuffle"]
    paths = grouped_connections(cin, cout, groups, layers=layers, shuffle=shuffle).numpy()
    size = (int(given["kernel"]), cin, cout, side, side)
    cost = convolution_cost(*size, groups=groups)
    rows, columns = _names("out", cout), _names("in", cin)
    return Found(
        pieces=(
            Matrix(
                "Who reaches whom", paths.astype(float), rows, columns,
                note="Paths from each input channel (column) to each output channel (row).",
            ),
            _curve(size, groups),
            _table(size, groups),
            Formula(
                r"K^2 \cdot \frac{C_{in}}{g} \cdot C_{out}", "K² · (C_in / g) · C_out weights"
            ),
            Say(_notice(paths, groups, layers, shuffle)),
        ),
        shape_in=(cin, side, side),
        shape_out=(cout, side, side),
        parameters=cost.parameters,
        macs=cost.macs,
        seconds=_time(size, groups) if cost.macs <= TIMED_MACS else None,
        result="Who reaches whom",
    )  # fmt: skip


def _names(what: str, count: int) -> tuple[str, ...]:
    return tuple(f"{what} {n}" for n in range(count))


def _curve(size: tuple[int, int, int, int, int], groups: int) -> Curves:
    from engines.layers import convolution_cost, divisors_of_both

    possible = divisors_of_both(size[1], size[2])
    weights = [convolution_cost(*size, groups=g).parameters for g in possible]
    return Curves(
        "Weights over the groups",
        "groups",
        "weights",
        (Line("weights", np.array(possible, float), np.array(weights, float), dots=True),),
        whole_x=True,
        marks=((float(groups), f"{groups}"),),
        note="Only counts that divide both channel counts are possible.",
    )


def _table(size: tuple[int, int, int, int, int], groups: int) -> Table:
    from engines.layers import convolution_cost, divisors_of_both

    kernel, cin, cout = size[:3]
    most = divisors_of_both(cin, cout)[-1]
    kinds = {1: "full", most: "depthwise" if most == cin else "as many groups as go"}
    kinds[groups] = kinds.get(groups, "as set")
    full = convolution_cost(*size).parameters
    rows = []
    for count in sorted(kinds):
        cost = convolution_cost(*size, groups=count)
        each = f"{cout // count} × {cin // count} × {kernel} × {kernel}"
        share = f"{cost.parameters / full:.1%}"
        name = f"{kinds[count]} ◂" if count == groups else kinds[count]
        rows.append((name, count, each, f"{cost.parameters:,}", f"{cost.macs:,}", share))
    return Table(
        "What it costs",
        ("layer", "groups", "weights of a group", "weights", "MACs", "of full"),
        tuple(rows),
    )


def _notice(paths: np.ndarray, groups: int, layers: int, shuffle: bool) -> str:
    reached = float((paths > 0).mean())
    if groups == 1:
        return "With one group every output is made of every input: the usual convolution."
    text = f"Of all pairs of input and output {reached:.0%} are connected."
    if layers == 1:
        return f"{text} Groups know nothing of one another; a second layer shows for how long."
    if not shuffle:
        return f"{text} However many layers follow, groups stay among themselves: shuffle them."
    whole = "everything reaches everything" if reached == 1 else "more layers would mix the rest"
    return f"{text} The shuffle deals each group's channels out to all groups, and {whole}."


def _time(size: tuple[int, int, int, int, int], groups: int) -> float:
    import torch
    from torch.nn import functional

    from engines.layers import measured

    kernel, cin, cout, height, width = size
    maps = torch.zeros(1, cin, height, width)
    weight = torch.zeros(cout, cin // groups, kernel, kernel)
    return measured(lambda: functional.conv2d(maps, weight, padding="same", groups=groups))


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    cin, cout, groups = int(given["ins"]), int(given["outs"]), int(given["groups"])
    more = []
    for _ in range(int(given["layers"]) - 1):
        more += [f"    nn.ChannelShuffle({groups}),"] if given["shuffle"] else []
        more.append(f"    nn.Conv2d({cout}, {cout}, 1, groups={groups}, bias=False),")
    rest = "".join(f"{line}\n" for line in more)
    return f"""import torch
from torch import nn

layer = nn.Conv2d({cin}, {cout}, {given["kernel"]}, padding="same", groups={groups}, bias=False)
weights = layer.weight.numel()

# Which inputs reach which outputs: layers of ones, one input channel at a time.
layers = nn.Sequential(
    nn.Conv2d({cin}, {cout}, 1, groups={groups}, bias=False),
{rest})
for one in layers.parameters():
    nn.init.ones_(one)
paths = layers(torch.eye({cin})[:, :, None, None])

result = paths[:, :, 0, 0].T
"""


EXPERIMENT = Experiment(
    name="grouped",
    title="Grouped convolution",
    topic="C12",
    question="What is saved when channels only see the channels of their own group, and what lost?",
    controls=(
        Slider("groups", "Groups", 1, 16, 4, tooltip="How many parts the channels are split into"),
        Slider("ins", "Inputs", 1, 16, 8, tooltip="Input channels"),
        Slider("outs", "Outputs", 1, 16, 8, tooltip="Output channels"),
        Choice(
            "kernel", "Kernel", tuple((str(k), f"{k} × {k}") for k in (1, 3, 5, 7)), "3",
            tooltip="Its height and width",
        ),
        Slider("side", "Side", 1, 224, 56, tooltip="Height and width of the maps"),
        Slider("layers", "Layers", 1, 4, 1, tooltip="Such layers one after the other"),
        Toggle(
            "shuffle", "Shuffle the channels between layers",
            tooltip="Deal the channels of each group out to all groups, as ShuffleNet does",
        ),
    ),
    find=find,
    code=code,
    inputs=(),
    relevant=lambda values: (
        {"groups", "ins", "outs", "kernel", "side", "layers"}
        | ({"shuffle"} if values["layers"] > 1 else set())
    ),
)  # fmt: skip
