"""Batch, layer, instance and group norm: the same numbers, averaged over other axes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Block, Curves, Formula, Found, Line, Maps, Say, Table

if TYPE_CHECKING:
    from torch import Tensor

    from engines.layers import Normalised

DIMMER = 0.6  # each picture of the batch is the one before it with less light
DRAWN = (12, 4, 4)  # of the block, at most as many channels, rows and columns are drawn
MOMENTUM = 0.1  # that of torch.nn.BatchNorm2d

FORMULA = Formula(
    r"y = \gamma\,\frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + \beta",
    "y = γ · (x − μ) / √(σ² + ε) + β",
)


def find(given: Given) -> Found:
    """Return the batch before and after, what was averaged, and what to notice."""
    from engines.layers import measured, normalisation_parameters, normalise

    kind, batch = given["norm"], _batch(given)
    channels = batch.shape[1]
    options = {
        "groups": given["groups"], "gamma": given["gamma"], "beta": given["beta"],
        "epsilon": given["epsilon"], "running": _running(given, batch),
    }  # fmt: skip
    made = normalise(batch, kind, **options)
    shown = min(given["channel"], channels - 1)
    before, after = batch[:, shown].numpy(), made.output[:, shown].numpy()
    which = f"channel {shown} of each picture"
    pieces = (
        _block(given, batch),
        Maps("Before", before, group="scale", signed=True, note=f"{which.capitalize()}."),
        Maps("After", after, group="scale", signed=True, note="In the colours of “Before”."),
        _table(batch, made, shown),
        *([_approach(batch, given["seen"], shown)] if kind == "batch" else []),
        FORMULA,
        Say(_notice(given, batch, made)),
    )
    return Found(
        pieces,
        shape_in=tuple(batch.shape),
        shape_out=tuple(made.output.shape),
        parameters=normalisation_parameters(kind, *batch.shape[1:]),
        seconds=measured(lambda: normalise(batch, kind, **options)),
        result="After",
    )


def _batch(given: Given) -> Tensor:
    """Return (N, C, H, W): the input, then the same with less and less light."""
    import torch

    maps = torch.from_numpy(given.maps)
    return torch.stack([maps * DIMMER**n for n in range(given["pictures"])])


def _running(given: Given, batch: Tensor) -> tuple[Tensor, Tensor] | None:
    from engines.layers import running_statistics

    if given["norm"] != "batch" or given["mode"] == "train":
        return None
    return running_statistics(batch, given["seen"], MOMENTUM)


def _block(given: Given, batch: Tensor) -> Block:
    from engines.layers import averaged_together

    pictures, channels, height, width = batch.shape
    # Each average is of whole channels, so that the places which are drawn hold all of them.
    drawn_places = min(height, DRAWN[1]), min(width, DRAWN[2])
    marks = averaged_together((pictures, channels, *drawn_places), given["norm"], given["groups"])
    cut = marks[:, : DRAWN[0]]
    drawn = "" if channels <= DRAWN[0] else f" (the first {DRAWN[0]} of {channels} channels)"
    note = {
        "batch": "A channel is averaged over all pictures of the batch and all places.",
        "layer": "A picture is averaged over all of its channels and places.",
        "instance": "A channel of a picture is averaged over its places alone.",
        "group": f"{given['groups']} groups of channels, each averaged in each picture by itself.",
    }[given["norm"]]
    count = len(np.unique(marks))
    note += f" Averages: {count}, each of {batch.numel() // count:,} numbers{drawn}."
    return Block("Averaged together: N × C × H × W", cut, note=note)


def _table(batch: Tensor, made: Normalised, channel: int) -> Table:
    mean, variance = made.used()
    rows = tuple(
        (
            f"{n}: × {DIMMER**n:.2g}",
            *(f"{float(one):.3f}" for one in (
                batch[n, channel].mean(), batch[n, channel].std(correction=0),
                mean[n, channel], variance[n, channel].sqrt(),
                made.output[n, channel].mean(), made.output[n, channel].std(correction=0),
            )),
        )
        for n in range(len(batch))
    )  # fmt: skip
    columns = (
        "picture",
        "mean before",
        "std before",
        "μ used",
        "σ used",
        "mean after",
        "std after",
    )
    return Table(f"Channel {channel} in numbers", columns, rows)


def _approach(batch: Tensor, seen: int, channel: int) -> Curves:
    import torch

    from engines.layers import running_statistics

    steps = np.arange(max(seen, 30) + 1)
    counts = torch.from_numpy(steps).double()[:, None]
    kept = running_statistics(batch[:, channel : channel + 1], counts, MOMENTUM)
    lines = tuple(
        Line(name, steps, values[:, 0].numpy())
        for name, values in zip(("running mean", "running variance"), kept, strict=True)
    )
    return Curves(
        "What evaluation uses", "batches seen in training", f"of channel {channel}", lines,
        whole_x=True, marks=((seen, "now"),),
        note="From 0 and 1 on, a tenth of the way to the batch's own with each batch.",
    )  # fmt: skip


def _notice(given: Given, batch: Tensor, made: Normalised) -> str:
    from engines.layers import normalise

    kind, pictures = given["norm"], given["pictures"]
    options = {key: given[key] for key in ("groups", "gamma", "beta", "epsilon")}
    if kind != "batch":
        apart = float((made.output - made.output[:1]).abs().max())
        return (
            "No picture knows of the others, so training and evaluation are the same, also with "
            f"one picture. All light settings come out alike: they differ by {apart:.2g} at most"
            f"{', as ε is no longer small' if apart > 0.01 else ''}."
        )
    if given["mode"] == "eval":
        own = normalise(batch, "batch", **options).output
        away = float((made.output - own).abs().max())
        return (
            f"Evaluation uses what {given['seen']} batches left behind, and differs from training "
            f"by {away:.3g} at most. With few batches seen, it is far off."
        )
    if pictures == 1:
        return (
            "A batch of one picture: batch norm is instance norm here, the picture's own light is "
            "lost, and the running statistics learn from this picture alone. Switch to evaluation "
            "to see another output for the same picture."
        )
    alone = normalise(batch[:1], "batch", **options).output
    away = float((made.output[:1] - alone).abs().max())
    return (
        f"The pictures keep their order of light. Picture 0 would come out up to {away:.3g} "
        "different if it were alone in the batch: in training, batch norm makes pictures depend on "
        "one another."
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    pictures, kind = given["pictures"], given["norm"]
    call = {
        "layer": f"functional.layer_norm(batch, batch.shape[1:], eps={given['epsilon']:g})",
        "instance": f"functional.instance_norm(batch, eps={given['epsilon']:g})",
        "group": f"functional.group_norm(batch, {given['groups']}, eps={given['epsilon']:g})",
    }.get(kind, "norm(batch)")
    lines = ["import torch"]
    lines += ["from torch import nn"] if kind == "batch" else ["from torch.nn import functional"]
    lines += ["", "# The same picture with less and less light."]
    lines += [f"batch = torch.cat([x * {DIMMER}**n for n in range({pictures})])"]
    if kind == "batch":
        lines += [
            f"norm = nn.BatchNorm2d(batch.shape[1], eps={given['epsilon']:g}, "
            f"momentum={MOMENTUM}, affine=False)"
        ]
        if given["mode"] == "eval":
            lines += [f"for _ in range({given['seen']}):", "    norm(batch)", "norm.eval()"]
    lines += [f"normalised = {given['gamma']:g} * {call} + {given['beta']:g}"]
    shown = min(given["channel"], given.maps.shape[0] - 1)
    return "\n".join([*lines, f"result = normalised[:, {shown}]", ""])


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter."""
    matter = {"norm", "pictures", "channel", "gamma", "beta", "epsilon"}
    if values["norm"] == "group":
        matter.add("groups")
    if values["norm"] == "batch":
        matter |= {"mode", "seen"}
    return matter


EXPERIMENT = Experiment(
    name="normalisation",
    title="Batch, layer, instance and group norm",
    topic="",
    question="Which numbers share one mean and one deviation, and what is lost with them?",
    controls=(
        Choice("norm", "Normalisation", (
            ("batch", "Batch"), ("layer", "Layer"), ("instance", "Instance"), ("group", "Group"),
        ), "batch", tooltip="Which axes of the block are averaged"),
        Slider("pictures", "Pictures", 1, 6, 4, tooltip="The same one with less and less light"),
        Slider("groups", "Groups", 1, 16, 3, tooltip="They must divide the channels"),
        Choice("mode", "Statistics", (
            ("train", "of this batch (training)"), ("eval", "running (evaluation)"),
        ), "train", tooltip="Batch norm keeps running statistics for evaluation"),
        Slider("seen", "Batches seen", 0, 100, 10, tooltip="Before evaluation, each like this one"),
        Slider("gamma", "γ", -3.0, 3.0, 1.0, step=0.05, tooltip="The learnt factor"),
        Slider("beta", "β", -3.0, 3.0, 0.0, step=0.05, tooltip="The learnt summand"),
        Slider("epsilon", "ε", 1e-6, 1.0, 1e-5, step=1e-6, log=True,
               tooltip="Keeps the root from 0 where nothing varies"),
        Slider("channel", "Channel shown", 0, 63, 0, tooltip="The last one where there are fewer"),
    ),
    find=find,
    code=code,
    relevant=relevant,
)  # fmt: skip
