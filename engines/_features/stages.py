"""A picture on its way into a network, step by step, and what a step left out does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engines._features.parts import LEAVE_OUT
from engines._models.loaded import LoadedModel
from engines._models.preprocessing import Preprocessing
from engines._models.resampling import resample
from engines._networks.running import evaluating, run
from engines.errors import FeatureError, ImageError
from engines.network_answer import answer_kind


@dataclass(frozen=True, eq=False)
class PictureStage:
    """The picture after one step.

    key: of the step; title, text: for people; values: the array itself; pixels: (H, W, 3 or 1)
    float32 in [0, 1] to be painted, stretched to that range where the values leave it; shape,
    dtype as torch or NumPy print them; low, high: the range of the values.
    """

    key: str
    title: str
    text: str
    values: np.ndarray
    pixels: np.ndarray
    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float


@dataclass(frozen=True)
class Prediction:
    """One of a network's answers: the name of a class and its share of 1."""

    category: str
    share: float


def preprocessing_stages(
    model: LoadedModel, image: Tensor | np.ndarray, leave_out: Collection[str]
) -> tuple[PictureStage, ...]:
    """Return the stages; see engines.features.preprocessing_stages."""
    return tuple(_stages(model.preprocess, _tensor(image), _checked(leave_out)))


def predictions(
    model: LoadedModel, image: Tensor | np.ndarray, leave_out: Collection[str], count: int
) -> tuple[Prediction, ...]:
    """Return the best answers; see engines.features.predictions."""
    *_, last = _stages(model.preprocess, _tensor(image), _checked(leave_out))
    batch = torch.from_numpy(last.values)
    with evaluating(model.module), torch.no_grad():
        answer = run(model.module, batch)
        kind = answer_kind(model.module, model.card.input_size)
    if kind is None or len(model.categories) != answer.shape[1]:
        raise FeatureError("This network gives no one number for each class.")
    numbers = answer[0].double()
    shares = numbers if kind == "softmax" else numbers.softmax(0)
    best = shares.topk(min(count, len(shares)))
    return tuple(
        Prediction(model.categories[index], share)
        for share, index in zip(best.values.tolist(), best.indices.tolist(), strict=True)
    )


def _checked(leave_out: Collection[str]) -> Collection[str]:
    for key in leave_out:
        if key not in LEAVE_OUT:
            raise FeatureError(f"There is no step {key!r}; left out can be {', '.join(LEAVE_OUT)}.")
    return leave_out


def _tensor(image: Tensor | np.ndarray) -> Tensor:
    if isinstance(image, np.ndarray):
        image = torch.from_numpy(image).movedim(-1, 0) if image.ndim == 3 else torch.empty(0)
    if image.ndim != 3 or image.shape[0] not in (1, 3) or image.numel() == 0:
        raise ImageError("A picture is a tensor (1 or 3, H, W) or an array (H, W, 1 or 3).")
    return image.to(torch.float32)


def _stages(ready: Preprocessing, image: Tensor, leave_out: Collection[str]) -> list[PictureStage]:
    bytes_ = (image * 255).round().clamp(0, 255).to(torch.uint8).movedim(0, -1)
    said = "8 bits for each of red, green and blue, 0 … 255"
    stages = [_stage("picture", "Picture", said, bytes_, 255.0)]
    top = 255.0 if "scale" in leave_out else 1.0

    def add(key: str, title: str, text: str, values: Tensor) -> Tensor:
        stages.append(_stage(key, title, text, values, top))
        return values

    values = image
    if "scale" in leave_out:
        values = add(
            "scale", "To tensor", "channels first; the division by 255 left out", image * 255
        )
    else:
        values = add("scale", "To tensor", "channels first, divided by 255", image)
    if image.shape[0] != ready.channels:
        text = "grey" if ready.channels == 1 else "red, green and blue alike"
        values = add("channels", "Channels", text, ready.channelled(values))
    if "resize" not in leave_out:
        values = add("resize", "Resize", _resizing(ready), _resized(ready, values, top))
    if ready.resize is not None and "crop" not in leave_out:
        size = f"the middle {ready.height} × {ready.width}"
        values = add("crop", "Centre crop", size, _cropped(ready, values))
    if "normalise" not in leave_out:
        text = ready.stages[-1].text
        values = add("normalise", "Normalise", text, ready.normalise(values))
    add("batch", "Batch", "one picture, as the network takes it", values[None])
    return stages


def _resizing(ready: Preprocessing) -> str:
    return next(stage.text for stage in ready.stages if stage.name == "Resize")


def _resized(ready: Preprocessing, values: Tensor, top: float) -> Tensor:
    height, width = ready.resized(values.shape[1], values.shape[2])
    whole = resample(values, (height, width), (0, height), (0, width), ready.interpolation)
    return whole.clamp(0.0, top) if ready.interpolation == "bicubic" else whole


def _cropped(ready: Preprocessing, values: Tensor) -> Tensor:
    """Return the middle, black where the picture is too small for it."""
    for axis, wanted in ((1, ready.height), (2, ready.width)):
        size = values.shape[axis]
        if size >= wanted:
            values = values.narrow(axis, round((size - wanted) / 2), wanted)
        else:
            before = (wanted - size) // 2
            ends = (before, wanted - size - before)
            values = functional.pad(values, (0, 0, *ends) if axis == 1 else ends)
    return values.contiguous()


def _stage(key: str, title: str, text: str, values: Tensor, white: float) -> PictureStage:
    """Return a stage, painted with `white` as white where its values lie between 0 and that."""
    array = values.contiguous().numpy()
    low, high = float(array.min()), float(array.max())
    is_bytes = values.dtype == torch.uint8
    pixels = array if is_bytes else np.moveaxis(array[0] if array.ndim == 4 else array, 0, -1)
    pixels = pixels.astype(np.float32)
    if low < 0.0 or high > white:
        pixels = (pixels - low) / max(high - low, 1e-12)
    else:
        pixels = pixels / np.float32(white)
    dtype = "uint8" if is_bytes else "float32"
    return PictureStage(key, title, text, array, pixels, tuple(array.shape), dtype, low, high)
