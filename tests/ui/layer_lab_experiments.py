"""Two small experiments that tests can hold up, let fail and study."""

from __future__ import annotations

import threading

import numpy as np

from engines.errors import LayerError
from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider, Text, Toggle
from visualizer.panels.layer_lab.experiment import Experiment, StudyStep
from visualizer.panels.layer_lab.pieces import Bars, Found, Maps, Matrix, Say

NO_ZERO = "A factor of 0 leaves nothing. Choose another."
FALLS = "The third step cannot be taken."
STEPS = 5


def scaled(given):
    factor = given["factor"]
    if factor == 0:
        raise LayerError(NO_ZERO)
    result = (given.maps * np.float32(factor)).astype(np.float32)
    return Found(
        pieces=(
            Maps("Input", given.maps, colour=len(given.maps) == 3),
            Maps("Scaled", result),
            Matrix("Weights", np.asarray(given["weights"], np.float32)),
            Say(f"Every number is {factor} times as large. {given['words']}"),
        ),
        shape_in=given.maps.shape,
        shape_out=result.shape,
        parameters=1,
        macs=result.size,
        seconds=1e-3,
        result="Scaled",
    )


SCALING = Experiment(
    name="scaling",
    title="Scaling by a factor",
    topic="C1",
    question="What does one factor do?",
    controls=(
        Slider("factor", "Factor", -4, 4, 2, tooltip="Every number times it"),
        Slider("rate", "Rate", 1e-4, 1.0, 0.01, step=1e-4, log=True, suffix="s"),
        Choice("mode", "Mode", (("plain", "Plain"), ("fancy", "Fancy")), "plain"),
        Toggle("turned", "Turned"),
        Text("words", "Words", "so it goes"),
        Numbers("weights", "Weights", ((1.0, 2.0), (3.0, 4.0))),
    ),
    find=scaled,
    code=lambda given: f"import torch.nn as nn\n\nnn.Identity()\nresult = x * {given['factor']}\n",
    relevant=lambda values: (
        {"factor", "rate", "mode", "words", "weights"}
        | ({"turned"} if values["mode"] == "fancy" else set())
    ),
)


class Counting:
    """An experiment whose study takes a step each time that it is let."""

    def __init__(self, falls=False):
        self.steps = threading.Semaphore(0)
        self.taken, self.falls = 0, falls
        self.experiment = Experiment(
            name="counting",
            title="Counting in steps",
            topic="",
            question="How far does it come?",
            controls=(Slider("start", "Start", 0, 100, 10),),
            find=lambda given: self.found(given["start"]),
            code=lambda given: f"import torch\n\nresult = torch.tensor([{given['start']}.0])\n",
            inputs=(),
            study=self.study,
            study_title="Count",
        )

    @staticmethod
    def found(number):
        return Found((Bars("Number", ("it",), (float(number),)),), (1,), (1,), 0, result="Number")

    def let(self, count=1):
        for _ in range(count):
            self.steps.release()

    def study(self, given):
        for number in range(1, STEPS + 1):
            assert self.steps.acquire(timeout=60)
            if self.falls and number == 3:
                raise LayerError(FALLS)
            self.taken = number
            text = f"It came to {given['start'] + number}."
            yield StudyStep(number, STEPS, self.found(given["start"] + number), text)
