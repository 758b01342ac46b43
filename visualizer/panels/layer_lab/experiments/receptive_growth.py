"""Receptive fields: how far a unit sees after some layers, and how much of it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Curves, Formula, Found, Line, Maps, Say, Table

if TYPE_CHECKING:
    from engines.geometry import Layer
    from engines.layers import EffectiveField

CHANNELS = 8
MEASURED = 8  # depths at most, evenly between 1 and all
WITHIN = 4  # deviations: ±2, which hold 95 % of a Gaussian

FORMULA = Formula(
    r"r_l = r_{l-1} + (k_l - 1)\,d_l \prod_{i<l} s_i \qquad"
    r" \sigma_l^2 = \sum_{i \leq l} \frac{k_i^2 - 1}{12}\,\Big(d_i \prod_{j<i} s_j\Big)^2",
    "r ← r + (k − 1) · d · jump;  σ² ← σ² + (k² − 1) / 12 · (d · jump)²;  jump ← jump · s",
)


def find(given: Given) -> Found:
    """Return the field of the last layer's middle unit, and how it came to grow."""
    from engines.layers import effective_fields

    layers = _layers(given)
    depths = sorted({round(one) for one in np.linspace(1, len(layers), MEASURED)})
    fields = effective_fields(
        layers, depths, given["weights"], channels=CHANNELS, seed=given["seed"]
    )
    last = fields[-1]
    channels = _channels(given)
    pieces = (
        Maps("Influence of each pixel", last.influence.numpy()[None].astype(np.float32),
             note="On the middle unit of the last layer; all together are 1."),
        _profile(last, layers),
        _growth(fields, layers),
        _table(fields, layers),
        FORMULA,
        Say(_notice(last, layers)),
    )  # fmt: skip
    parameters = sum(
        layer.kernel**2 * channels * (channels if number else 1)
        for number, layer in enumerate(layers)
    )
    return Found(
        pieces,
        shape_in=(1, last.size, last.size),
        shape_out=(channels, 1, 1),
        parameters=parameters,
        macs=_macs(layers, last.size, channels),
        result="Influence of each pixel",
    )


def _channels(given: Given) -> int:
    return 1 if given["weights"] == "equal" else CHANNELS


def _layers(given: Given) -> list[Layer]:
    from engines.geometry import Layer

    return [
        Layer(
            given["kernel"],
            given["stride"] if number < given["strided"] else 1,
            0,
            2**number if given["doubling"] else given["dilation"],
        )
        for number in range(given["layers"])
    ]


def _macs(layers: list[Layer], size: int, channels: int) -> int:
    from engines.geometry import output_size

    total, coming = 0, 1
    for layer in layers:
        size = output_size(size, layer.kernel, layer.stride, 0, layer.dilation)
        total += layer.kernel**2 * coming * channels * size**2
        coming = channels
    return total


def _profile(last: EffectiveField, layers: list[Layer]) -> Curves:
    from engines.layers import expected_deviation

    places = np.arange(last.size) - (last.size - 1) / 2
    deviation = expected_deviation(layers)
    lines = [Line("measured", places, last.influence.sum(0).numpy(), dots=last.size < 60)]
    if deviation > 0:
        bell = np.exp(-0.5 * (places / deviation) ** 2)
        lines.append(Line(f"Gaussian, σ = {deviation:.3g}", places, bell / bell.sum()))
    edge = WITHIN / 2 * deviation
    return Curves(
        "Summed over the rows", "pixels from the middle", "share of the influence", tuple(lines),
        marks=((-edge, "−2σ"), (edge, "2σ")),
    )  # fmt: skip


def _growth(fields: list[EffectiveField], layers: list[Layer]) -> Curves:
    from engines.geometry import receptive_field
    from engines.layers import expected_deviation

    every = np.arange(1, len(layers) + 1)
    sizes = np.array([field.size for field in receptive_field(layers)], float)
    expected = np.array([WITHIN * expected_deviation(layers[:depth]) for depth in every])
    measured = np.array([WITHIN * field.deviation for field in fields])
    depths = np.array([field.depth for field in fields])
    even = len({(layer.kernel, layer.stride, layer.dilation) for layer in layers}) == 1
    note = "Alike layers at stride 1: the field grows with n, what counts with √n."
    return Curves(
        "Growth with depth", "layers", "pixels along one axis",
        (
            Line("receptive field", every, sizes, dots=True),
            Line("effective, 4σ expected", every, expected),
            Line("effective, 4σ measured", depths, measured, dots=True),
        ),
        whole_x=True,
        note=note if even and layers[0].stride == 1 else "",
    )  # fmt: skip


def _table(fields: list[EffectiveField], layers: list[Layer]) -> Table:
    from engines.geometry import receptive_field
    from engines.layers import expected_deviation

    measured = {field.depth: field for field in fields}
    rows = []
    for depth, (layer, field) in enumerate(
        zip(layers, receptive_field(layers), strict=True), start=1
    ):
        found = f"{WITHIN * measured[depth].deviation:.2f}" if depth in measured else "–"
        rows.append(
            (
                depth, layer.kernel, layer.stride, layer.dilation, field.jump, field.size,
                f"{WITHIN * expected_deviation(layers[:depth]):.2f}", found,
            )
        )  # fmt: skip
    columns = ("layer", "kernel", "stride", "dilation", "jump", "field", "4σ expected", "measured")
    return Table("Layer by layer", columns, tuple(rows))


def _notice(last: EffectiveField, layers: list[Layer]) -> str:
    wide = min(WITHIN * last.deviation, last.size)
    inner = _share_of_middle(last, wide)
    text = (
        f"One unit sees {last.size} × {last.size} pixels, but {inner:.0%} of its influence comes "
        f"from the middle {wide:.1f} × {wide:.1f}, {(wide / last.size) ** 2:.0%} of the area."
    )
    holes = int((last.influence <= 0).sum())
    if holes:
        text += f" {holes:,} pixels do not count at all: the dilation leaves them out."
    return text


def _share_of_middle(last: EffectiveField, wide: float) -> float:
    """Return the influence of a square in the middle, pixels on its edge by the part inside."""
    places = np.abs(np.arange(last.size) - (last.size - 1) / 2)
    inside = np.clip(wide / 2 - places + 0.5, 0, 1)
    return float(inside @ last.influence.numpy() @ inside)


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    layers, channels = _layers(given), _channels(given)
    size = _size(layers)
    lines = [
        "import torch",
        "from torch.nn import functional",
        "",
        "# kernel, stride, dilation",
        f"layers = {[(one.kernel, one.stride, one.dilation) for one in layers]}",
        f"channels, side = {channels}, {size}",
        f"seeds = torch.Generator().manual_seed({given['seed']})",
        "image = torch.randn(channels, 1, side, side, generator=seeds).requires_grad_()",
        "signal = image",
        "for number, (kernel, stride, dilation) in enumerate(layers):",
    ]
    if given["weights"] == "equal":
        lines += ["    weight = torch.ones(1, 1, kernel, kernel) / kernel**2"]
    else:
        lines += [
            "    coming = signal.shape[1]",
            "    weight = torch.randn(channels, coming, kernel, kernel, generator=seeds)",
            "    weight /= (coming * kernel**2) ** 0.5",
        ]
    if given["weights"] == "relu":
        lines += ["    if number:", "        signal = torch.relu(signal)"]
    lines += [
        "    signal = functional.conv2d(signal, weight, stride=stride, dilation=dilation)",
        "# Another channel's unit in each copy of the image.",
        "(gradient,) = torch.autograd.grad(signal.diagonal(dim1=0, dim2=1).sum(), image)",
    ]
    square = "" if given["weights"] == "equal" else ".square()"
    lines += [f"influence = gradient[:, 0]{square}.sum(0)", "result = influence / influence.sum()"]
    return "\n".join([*lines, ""])


def _size(layers: list[Layer]) -> int:
    from engines.geometry import receptive_field

    return receptive_field(layers)[-1].size


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter."""
    matter = {"layers", "kernel", "stride", "strided", "doubling", "weights"}
    if not values["doubling"]:
        matter.add("dilation")
    if values["weights"] != "equal":
        matter.add("seed")
    return matter


EXPERIMENT = Experiment(
    name="receptive_growth",
    title="Receptive field over depth",
    topic="C5",
    question="How far does a unit see, and how much of what it sees counts?",
    controls=(
        Slider("layers", "Layers", 1, 16, 10, tooltip="Convolutions without padding"),
        Slider("kernel", "Kernel", 2, 7, 3, tooltip="Side of every kernel"),
        Slider("stride", "Stride", 1, 3, 1, tooltip="Of the first layers"),
        Slider("strided", "Layers with stride", 0, 4, 2, tooltip="So many of the first layers"),
        Slider("dilation", "Dilation", 1, 4, 1, tooltip="Of every layer"),
        Toggle("doubling", "Dilation 1, 2, 4, 8 …", tooltip="Doubled from layer to layer"),
        Choice("weights", "Weights", (
            ("equal", "All equal"), ("random", "Random"), ("relu", "Random, with ReLU"),
        ), "random", tooltip="Random ones are as before training"),
        Slider("seed", "Random weights", 0, 9, 0, tooltip="Which ones are drawn"),
    ),
    find=find,
    code=code,
    inputs=(),
    relevant=relevant,
)  # fmt: skip
