"""What "Head as convolution" computes, away from the GUI thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import NetworkError
from engines.surgery import ConvolutionalNetwork, convolutional_head, score_map
from visualizer.panels.cnn_viewer.compute import class_scores, shares_of
from visualizer.panels.cnn_viewer.context import Run
from visualizer.panels.cnn_viewer.tabs.parts import channels_last, own_model, to_bytes
from widgets.colors import quantize

if TYPE_CHECKING:
    from engines.models import LoadedModel

LARGEST_SIDE = 1024


@dataclass(frozen=True)
class Slid:
    """One class's probability wherever the network fits on a larger picture.

    network: with its head as convolutions; difference: the largest between its scores and the
    original's at the own size, `scale` the largest score there; best: name and score of the
    likeliest class there by both; picture: (H, W, 3) uint8, the larger one; shares: (h, w), the
    class's probability of each window; display: the same as uint8 for `levels`; winners: (h, w),
    each window's likeliest class.
    """

    network: ConvolutionalNetwork
    difference: float
    scale: float
    best: tuple[tuple[str, float], tuple[str, float]]
    picture: np.ndarray
    shares: np.ndarray
    display: np.ndarray
    levels: tuple[float, float]
    winners: np.ndarray
    category: int


class HeadSlider:
    """Keeps the last network's convolutional form; used by one lane alone."""

    def __init__(self) -> None:
        self._model: LoadedModel | None = None
        self._network: ConvolutionalNetwork | None = None

    def _of(self, run: Run) -> ConvolutionalNetwork:
        if self._network is None or self._model is not run.model:
            own = own_model(run.model)
            size = (int(run.batch.shape[1]), int(run.batch.shape[2]), int(run.batch.shape[3]))
            self._network = convolutional_head(own.module, size)
            self._model = run.model
        return self._network

    def slide(self, run: Run, factor: float, category: int) -> Slid:
        """Return the map of `category` over the picture, `factor` times the network's own size.

        Raises NetworkError with the reason where the head cannot be written so.
        """
        import torch

        model = run.model
        original = class_scores(model, run.activations)
        if original is None or not 0 <= category < len(model.categories):
            raise NetworkError("This network gives no class scores, so it has no head to convert.")
        network = self._of(run)
        equal = score_map(network, run.batch)[0].flatten(1).mean(1).double().numpy()
        height, width = (round(side * factor) for side in run.batch.shape[2:])
        if max(height, width) > LARGEST_SIDE:
            raise NetworkError(
                f"A picture of {width} × {height} takes too much memory; choose a smaller factor."
            )
        image = torch.from_numpy(run.picture.values("colour")).permute(2, 0, 1)
        visible = model.preprocess.with_size(height, width).visible(image)
        scores = score_map(network, model.preprocess.normalise(visible)[None])[0].double().numpy()
        flat = scores.reshape(len(scores), -1)
        shares = np.stack([shares_of(column) for column in flat.T], axis=1).reshape(scores.shape)
        levels = (0.0, float(shares[category].max()) or 1.0)
        names = model.categories
        return Slid(
            network, float(np.abs(equal - original).max()), float(np.abs(original).max()),
            (_best(names, original), _best(names, equal)),
            channels_last(to_bytes(visible[None].numpy()))[0],
            shares[category], quantize(shares[category], levels), levels, shares.argmax(0),
            category,
        )  # fmt: skip


def _best(names: tuple[str, ...], scores: np.ndarray) -> tuple[str, float]:
    index = int(scores.argmax())
    return names[index], float(scores[index])
