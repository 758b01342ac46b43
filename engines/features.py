"""A trained network as a fixed feature extractor, and how alike pictures are to it.

The public door to engines._features. Importing this module does not import torch; functions that
run a network do.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from os import PathLike
from typing import TYPE_CHECKING, overload

import numpy as np

from engines._features import similarity
from engines._features.parts import (
    LEAVE_OUT,
    POOLINGS,
    Extraction,
    FeaturePart,
    FeaturePlan,
    Features,
    FeatureSpec,
    NetworkKey,
    Networks,
    Pooling,
)
from engines._features.similarity import METRICS, Metric, Neighbours, compared, similarity_matrix
from engines.errors import FeatureError

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engines._features.saving import SavedFeatures
    from engines._features.stages import PictureStage, Prediction
    from engines.datasets import Dataset
    from engines.feature_store import FeatureStore
    from engines.models import LoadedModel

__all__ = [
    "LEAVE_OUT",
    "METRICS",
    "POOLINGS",
    "Extraction",
    "FeatureError",
    "FeaturePart",
    "FeaturePlan",
    "FeatureSpec",
    "Features",
    "Metric",
    "Neighbours",
    "NetworkKey",
    "Networks",
    "Pooling",
    "compared",
    "cosine_similarity",
    "extract",
    "extract_dataset",
    "feature_plan",
    "gram_similarity",
    "load_features",
    "load_networks",
    "nearest",
    "predictions",
    "preprocessing_stages",
    "save_features",
    "similarity_matrix",
]


def extract(
    model: LoadedModel | nn.Module,
    images: Tensor | Sequence[Tensor],
    layer: str,
    pooling: Pooling = "average",
) -> Tensor:
    """Return the features of pictures, (N, D): what `layer` answers, pooled.

    images: (N, 3, H, W) in [0, 1], or a list of (3, H, W) of any sizes; a LoadedModel's own
    preprocessing brings them to its input, a bare module gets them as they are. layer: as in
    `named_modules`, "" for the network's answer. pooling: "flatten" every number in the layer's
    order; "average" and "max" one number a channel; "gram" F·Fᵀ/(C·H·W), row by row. In eval mode,
    without gradients, on the CPU. Raises FeatureError, NetworkError, ImageError.
    """
    from engines._features.extracting import extract as run

    return run(model, images, layer, pooling)


def load_networks(parts: Iterable[FeaturePart]) -> dict[NetworkKey, LoadedModel]:
    """Return the networks that `parts` ask for, each loaded once. Errors as engines.models.load."""
    from engines.models import load

    return {key: load(*key) for key in dict.fromkeys(part.network for part in parts)}


def feature_plan(networks: Networks, parts: Sequence[FeaturePart], count: int) -> FeaturePlan:
    """Return how many numbers `parts` give and what `count` pictures of them take in memory.

    Told from shapes alone; nothing is computed. Raises FeatureError for layers that do not exist
    and for a part chosen twice.
    """
    from engines._features.extracting import plan

    return plan(networks, parts, count)


def extract_dataset(
    networks: Networks,
    dataset: Dataset,
    parts: Sequence[FeaturePart],
    *,
    store: FeatureStore | None = None,
    batch_size: int = 16,
    indices: Sequence[int] | None = None,
) -> Iterator[Extraction]:
    """Return the steps of an extraction, one a batch; the last holds the features.

    Several parts stand side by side, in order; parts of one network share one run. indices: which
    samples, all by default. Pictures that cannot be used are skipped and listed. With a `store`,
    what was computed stays when the steps are left or fail, and is not computed again; a changed
    picture, weight, layer, pooling or preprocessing is another entry. The networks may be in use
    elsewhere meanwhile.

    Raises FeatureError at once for parts that cannot be and features larger than the memory, and
    with the last step where no picture could be used.
    """
    from engines._features.dataset_run import extract_dataset as run

    return run(networks, dataset, parts, store=store, batch_size=batch_size, indices=indices)


@overload
def cosine_similarity(u: Tensor, v: Tensor) -> Tensor: ...
@overload
def cosine_similarity(u: np.ndarray, v: np.ndarray) -> np.ndarray: ...
def cosine_similarity(u: Tensor | np.ndarray, v: Tensor | np.ndarray) -> Tensor | np.ndarray:
    """Return u·v / (‖u‖‖v‖), in [−1, 1]: every row of `u` with every row of `v`.

    (D,) and (D,) give one number without axes, (N, D) and (D,) give (N,), (N, D) and (M, D) give
    (N, M). Blind to length; a zero vector has no direction, so its similarity is NaN. Tensors give
    a tensor, arrays an array; float32 unless one of them is float64. Raises FeatureError where the
    lengths differ.
    """
    return _compared(u, v, similarity.cosine)


@overload
def gram_similarity(u: Tensor, v: Tensor) -> Tensor: ...
@overload
def gram_similarity(u: np.ndarray, v: np.ndarray) -> np.ndarray: ...
def gram_similarity(u: Tensor | np.ndarray, v: Tensor | np.ndarray) -> Tensor | np.ndarray:
    """Return how alike Gram matrices are, 1 − ‖G−H‖ / (‖G‖+‖H‖): 1 the same style, 0 none of it.

    u, v: Gram matrices as `extract` gives them, (D,) or (N, D); shapes and dtypes as in
    `cosine_similarity`. Unlike the cosine it sees how strong a texture is; two zero matrices give
    NaN. The distance is the style loss's own (Gatys et al., 2016), brought to [0, 1].
    """
    return _compared(u, v, similarity.gram)


def _compared(
    u: Tensor | np.ndarray, v: Tensor | np.ndarray, measure: similarity.Measure
) -> Tensor | np.ndarray:
    if isinstance(u, np.ndarray) and isinstance(v, np.ndarray):
        return similarity.between(u, v, measure)
    import torch

    first, second = torch.as_tensor(u).detach().cpu(), torch.as_tensor(v).detach().cpu()
    return torch.from_numpy(np.asarray(similarity.between(first.numpy(), second.numpy(), measure)))


def nearest(
    features: Features,
    query: int | np.ndarray,
    count: int = 9,
    metric: Metric = "cosine",
) -> Neighbours:
    """Return the `count` rows of `features` that are most alike to a query, the nearest first.

    query: a row number, which is left out of the answer, or a vector as long as the columns that
    are compared; metric: "cosine" of all columns, "gram" of those pooled as Gram matrices. Rows of
    zeros are never near. Raises FeatureError for a query of zeros and for "gram" without such
    columns.
    """
    return similarity.nearest(features, query, count, metric)


def save_features(features: Features, dataset: Dataset, path: str | PathLike[str]) -> None:
    """Write features and, for each row, the picture's name and class.

    The ending of `path` decides: .npz (which `load_features` reads), .csv and .parquet with the
    columns "file", "class" and one for each number, named after its part. Raises FeatureError for
    other endings and tables too wide, ImageError for what the system refuses.
    """
    from engines._features.saving import save_features as run

    run(features, dataset, path)


def load_features(path: str | PathLike[str]) -> SavedFeatures:
    """Return features that were saved as .npz. Raises FeatureError for other or damaged files."""
    from engines._features.saving import load_features as run

    return run(path)


def preprocessing_stages(
    model: LoadedModel, image: Tensor | np.ndarray, *, leave_out: Collection[str] = ()
) -> tuple[PictureStage, ...]:
    """Return the picture after each step of the network's preprocessing, the batch last.

    image: tensor (C, H, W) or array (H, W, C) in [0, 1]; leave_out: keys of `LEAVE_OUT`, the steps
    that are not done. With none left out the batch is what `model.preprocess` gives. Raises
    ImageError and FeatureError.
    """
    from engines._features.stages import preprocessing_stages as run

    return run(model, image, leave_out)


def predictions(
    model: LoadedModel,
    image: Tensor | np.ndarray,
    *,
    leave_out: Collection[str] = (),
    count: int = 5,
) -> tuple[Prediction, ...]:
    """Return the network's best answers to a picture, as shares of 1, the best first.

    Arguments as in `preprocessing_stages`. Raises FeatureError for networks that do not name
    classes, NetworkError where the picture does not fit without a step that was left out.
    """
    from engines._features.stages import predictions as run

    return run(model, image, leave_out, count)
