"""Softmax: scores become shares of 1, sharper or flatter with the temperature."""

from __future__ import annotations

import numpy as np

from visualizer.panels.layer_lab.controls import Numbers, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.pieces import Bars, Found, Matrix, Say

SCORES = ((2.0, 1.0, 0.5, -1.0, 3.0),)


def find(given: Given) -> Found:
    """Return the shares of the scores at the temperature."""
    import torch

    from engines.layers import softmax

    scores = torch.tensor(given["scores"]).flatten()
    shares = softmax(scores, given["temperature"])
    names = tuple(f"class {n}" for n in range(len(scores)))
    return Found(
        pieces=(
            Bars("Scores", names, tuple(scores.tolist())),
            Bars("Softmax", names, tuple(shares.tolist()), texts=tuple(f"{s:.1%}" for s in shares)),
            Matrix("Shares", shares.numpy()[None], column_names=names),
            Say(f"The largest score has {float(shares.max()):.0%}; all together have 100 %."),
        ),
        shape_in=tuple(scores.shape),
        shape_out=tuple(shares.shape),
        parameters=0,
        result="Shares",
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    scores = np.asarray(given["scores"]).ravel().tolist()
    return f"""import torch

scores = torch.tensor({scores})
result = torch.softmax(scores / {given["temperature"]:g}, dim=0)
"""


EXPERIMENT = Experiment(
    name="softmax",
    title="Softmax and temperature",
    topic="C3",
    question="How sure is a network made to look by the temperature?",
    controls=(
        Slider("temperature", "T", 0.0, 10.0, 1.0, step=0.05, tooltip="Scores are divided by it"),
        Numbers("scores", "Scores", SCORES, tooltip="One number a class; type or paste"),
    ),
    find=find,
    code=code,
    inputs=(),
)
