"""Softmax: scores become shares of 1, sharper or flatter with the temperature."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Bars, Curves, Found, Line, Piece, Say, Table

if TYPE_CHECKING:
    from torch import Tensor

SCORES = ((2.0, 1.0, 0.5, -1.0, 3.0),)
SHOWN = 5
TEMPERATURES = np.geomspace(0.1, 10, 60)


def find(given: Given) -> Found:
    """Return the shares of the scores at the temperature, and over all temperatures."""
    from engines.layers import entropy_bits, softmax

    scores, names, places = _scores(given)
    shares = softmax(scores, given["temperature"])
    largest = float(shares.max())
    sure = float(entropy_bits(shares))
    note = (
        "" if len(places) == len(scores) else f"The {SHOWN} likeliest of {len(scores):,} classes."
    )
    texts = tuple(f"{share:.1%}" for share in shares[places].tolist())
    return Found(
        pieces=(
            Bars("Scores", names, tuple(scores[places].tolist()), note=note),
            Bars("Softmax", names, tuple(shares[places].tolist()), texts=texts),
            *_over_temperatures(scores, names, places, given["temperature"]),
            _float32(scores, names, places, given["temperature"]),
            Say(
                f"At T = {given['temperature']:g} the largest has {largest:.1%}, and the entropy "
                f"is {sure:.2f} of {np.log2(len(scores)):.2f} bits. The order never changes: the "
                "temperature makes a network look sure or unsure, not right."
            ),
        ),
        shape_in=tuple(scores.shape),
        shape_out=tuple(shares.shape),
        parameters=0,
        result="Softmax",
    )


def _scores(given: Given) -> tuple[Tensor, tuple[str, ...], list[int]]:
    """Return all scores, and names and places of those that are shown."""
    import torch

    from visualizer.panels.layer_lab.embedded import class_scores, embedded

    if given["of"] == "typed":
        scores = torch.tensor(given["scores"]).flatten()
        return scores, tuple(f"class {n}" for n in range(len(scores))), list(range(len(scores)))
    scores = class_scores(given.maps)
    places = scores.topk(SHOWN).indices.tolist()
    return scores, tuple(embedded().categories[place] for place in places), places


def _over_temperatures(
    scores: Tensor, names: tuple[str, ...], places: list[int], now: float
) -> tuple[Piece, Piece]:
    import torch

    from engines.layers import entropy_bits

    divided = scores / torch.from_numpy(TEMPERATURES).to(scores.dtype)[:, None]
    shares = torch.softmax(divided, dim=1)
    top = sorted(range(len(places)), key=lambda n: -float(scores[places[n]]))[:SHOWN]
    lines = tuple(Line(names[n], TEMPERATURES, shares[:, places[n]].numpy()) for n in sorted(top))
    marks = ((now, f"T = {now:g}"),)
    entropy = (Line("entropy", TEMPERATURES, entropy_bits(shares).numpy()),)
    return (
        Curves("Shares over the temperature", "T", "share", lines, marks=marks),
        Curves("Entropy over the temperature", "T", "bits", entropy, marks=marks),
    )


def _float32(scores: Tensor, names: tuple[str, ...], places: list[int], now: float) -> Table:
    """Show the powers themselves, and what comes of them where they are too large to be written."""
    import torch

    from engines.layers import plain_softmax, softmax

    single = scores.float()
    powers, plain = torch.exp(single / now), plain_softmax(single, now)
    safe = softmax(single, now)
    rows = tuple(
        (name, *(f"{float(one[place]):.3g}" for one in (powers, plain, safe)))
        for name, place in zip(names, places, strict=True)
    )
    broken = not bool(torch.isfinite(plain).all())
    return Table(
        "In float32",
        ("class", "exp(s / T)", "as written", "max taken off"),
        rows,
        note="The powers do not fit into float32 (above 3.4e38 or below 1e-45), so the formula as "
        "written fails. With the largest score taken off first, the same shares come out."
        if broken
        else "Both ways agree until s / T is above 88.7: try T = 0.02, or larger scores.",
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    if given["of"] == "typed":
        scores = np.asarray(given["scores"]).ravel().tolist()
        return f"""import torch

scores = torch.tensor({scores})
result = torch.softmax(scores / {given["temperature"]:g}, dim=0)
"""
    return f"""import torch
from engines import models

network = models.load(models.EMBEDDED)
with torch.no_grad():
    scores = network.module(network.preprocess(x[0]))[0]
result = torch.softmax(scores / {given["temperature"]:g}, dim=0).topk({SHOWN}).values
"""


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter: scores are typed only where they are asked for."""
    return {"of", "temperature"} | ({"scores"} if values["of"] == "typed" else set())


EXPERIMENT = Experiment(
    name="softmax",
    title="Softmax and temperature",
    topic="B7",
    question="How sure is a network made to look by the temperature?",
    controls=(
        Slider("temperature", "T", 0.0, 10.0, 1.0, step=0.01, tooltip="Scores are divided by it"),
        Choice(
            "of", "Scores of",
            (("network", "EfficientNet-Lite0 on the picture"), ("typed", "Typed numbers")),
            "network",
        ),
        Numbers("scores", "Scores", SCORES, tooltip="One number a class; type or paste"),
    ),
    find=find,
    code=code,
    inputs=("picture",),
    relevant=relevant,
)  # fmt: skip
