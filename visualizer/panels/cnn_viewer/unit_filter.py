"""The filter of one channel, found away from the GUI thread: by input channel, and in colour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from visualizer.panels.cnn_viewer.compute import UnitExplainer, make_explainer
from visualizer.panels.cnn_viewer.context import Run


@dataclass(frozen=True, eq=False)
class ExplainedChannel:
    """What explains a channel's units, and its filter.

    weights: (I, kh, kw) float32; colours: the same as (kh, kw, 3) in [0, 1], zero being grey, where
    it reads the picture's three channels; else None.
    """

    explainer: UnitExplainer
    weights: np.ndarray
    colours: np.ndarray | None


def explain_channel(
    run: Run, layer: str, channel: int, former: UnitExplainer | None = None
) -> ExplainedChannel:
    """Return what explains `channel` of `layer`. Raises EngineError where there are no weights.

    former: what explained an earlier picture.
    """
    explainer = make_explainer(run, layer, channel, former)
    weights = explainer.filter()
    return ExplainedChannel(explainer, weights, _colours(explainer, weights))


def _colours(explainer: UnitExplainer, weights: np.ndarray) -> np.ndarray | None:
    from engines.filters import FilterBank, filter_layers, first_layer

    first = first_layer(filter_layers(explainer.run.model.module))
    name = explainer.tracer.layer.split("#")[0]
    if first is None or first.name != name or not first.in_colour:
        return None
    return FilterBank(name, weights[None]).colours()[0]
