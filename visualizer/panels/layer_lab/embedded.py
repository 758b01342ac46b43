"""The trained network that comes with the app, loaded once for all experiments that ask it."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

    from engines.models import LoadedModel


@lru_cache(maxsize=1)
def embedded() -> LoadedModel:
    """Return EfficientNet-Lite0 with its trained weights, in eval mode."""
    from engines import models

    return models.load(models.EMBEDDED)


def class_scores(picture: np.ndarray) -> Tensor:
    """Return the network's scores before softmax, (classes,), of a picture (1 or 3, H, W).

    Those of the last pictures are kept, since a slider asks for them again and again.
    """
    return _class_scores(np.ascontiguousarray(picture, np.float32).tobytes(), picture.shape)


@lru_cache(maxsize=2)
def _class_scores(pixels: bytes, shape: tuple[int, ...]) -> Tensor:
    import torch

    network = embedded()
    picture = torch.from_numpy(np.frombuffer(pixels, np.float32).reshape(shape).copy())
    with torch.no_grad():
        return network.module(network.preprocess(picture))[0]
