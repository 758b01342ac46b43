"""Where a network looks: heat maps of what in the picture speaks for a class.

Each takes the network and a batch of one picture as it wants it, (1, C, H, W), and gives a map of
the input's size. None changes the network. captum does the work of all but the class activation
map.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines.errors import AttributionError

if TYPE_CHECKING:
    from torch import Tensor, nn

OnProgress = Callable[[int, int], None]
_PICTURES_AT_ONCE = 8
_SQUARES_ACROSS = 7


@dataclass(frozen=True)
class HeatMap:
    """What in a picture speaks for a class.

    values: float32 (H, W), of the input's size. signed: negative values speak against the class;
    otherwise all are ≥ 0. method: for people; target: the class; score: the network's for it.
    layer: whose maps it was made of, "" where of none; native: (h, w), the map before it was
    enlarged.
    """

    values: np.ndarray
    signed: bool
    method: str
    target: int
    score: float
    layer: str
    native: np.ndarray


def grad_cam(
    module: nn.Module,
    batch: Tensor,
    target: int | None = None,
    *,
    layer: str | None = None,
    signed: bool = False,
) -> HeatMap:
    """Return the maps of `layer` summed by the mean gradient of the class's score, enlarged.

    target: the class, the network's first choice unless told. layer: the last with maps unless
    told; of a module that is called several times, the last call counts. signed: keep what speaks
    against the class. Raises AttributionError for networks and layers without maps, and for a
    class that does not exist. R. Selvaraju et al., 2017; captum's LayerGradCam.
    """
    from captum.attr import LayerGradCam

    from engines._visualization.feature_maps import checked_scores, last_map_layer
    from engines._visualization.watch import find_layer, outputs_of, twin

    target, score = _target(module, batch, target)
    if layer is None:
        layer = last_map_layer(module, batch)
    elif outputs_of(module, batch, [layer])[layer].ndim != 4:
        raise AttributionError(
            f"Layer {layer} gives out no maps; choose a convolution or what follows it."
        )
    module = twin(module)
    part, _ = find_layer(module, layer)
    with _explaining(module, batch) as leaf:
        attribution = LayerGradCam(lambda x: checked_scores(module(x)), part)
        native = attribution.attribute(leaf, target, relu_attributions=not signed)
    return _enlarged(native.detach()[0, 0], batch, signed, "Grad-CAM", target, score, layer)


def class_activation_map(module: nn.Module, batch: Tensor, target: int | None = None) -> HeatMap:
    """Return the last maps summed by the class's weights in the last layer, enlarged, signed.

    Only for networks that average their last maps and end in one linear layer (or in one map per
    class); others raise AttributionError. B. Zhou et al., 2016.
    """
    from engines._visualization.feature_maps import pooled_head

    target, score = _target(module, batch, target)
    head = pooled_head(module, batch)
    if head.weights is None:
        native = head.maps[target]
    else:
        native = (head.weights[target][:, None, None] * head.maps).sum(0)
    return _enlarged(native, batch, True, "Class activation map", target, score, head.layer)


def integrated_gradients(
    module: nn.Module,
    batch: Tensor,
    target: int | None = None,
    *,
    steps: int = 32,
    baseline: float = 0.0,
    on_progress: OnProgress | None = None,
) -> HeatMap:
    """Return each pixel's share in the score's difference to a flat picture, signed.

    The values sum up to score(picture) − score(flat picture), the better the more steps. baseline:
    the flat picture's value as the network sees it, 0 being its mean colour. on_progress(done,
    total) is called between the parts of the work, in pictures; what it raises ends the work. Works
    with every network that has gradients. M. Sundararajan et al., 2017; captum.
    """
    from captum.attr import IntegratedGradients

    if not 1 <= steps <= 1000:
        raise AttributionError(f"{steps} steps cannot be integrated over; choose 1 to 1000.")
    target, score = _target(module, batch, target)
    forward = _counted(module, steps, on_progress)
    with _explaining(module, batch) as leaf:
        shares = IntegratedGradients(forward, multiply_by_inputs=True).attribute(
            leaf,
            baselines=baseline,
            target=target,
            n_steps=steps,
            internal_batch_size=_PICTURES_AT_ONCE,
        )
    values = shares.detach()[0].sum(0).float().cpu().numpy()
    return HeatMap(values, True, "Integrated gradients", target, score, "", values)


def occlusion(
    module: nn.Module,
    batch: Tensor,
    target: int | None = None,
    *,
    window: int | None = None,
    stride: int | None = None,
    baseline: float = 0.0,
    on_progress: OnProgress | None = None,
) -> HeatMap:
    """Return by how much the score falls where a grey square hides the picture, signed.

    window: the square's side in pixels of the input, a seventh of the shorter side unless told;
    stride: how far it moves, half the square unless told. A pixel that
    several squares hide has the mean of them. baseline and on_progress as in
    `integrated_gradients`. Works with every network. Raises AttributionError for a window larger
    than the picture, and a stride larger than the window, which would leave gaps. M. Zeiler,
    R. Fergus, 2014; captum.
    """
    from captum.attr import Occlusion

    target, score = _target(module, batch, target)
    height, width = batch.shape[-2:]
    if window is None:
        window = max(1, round(min(height, width) / _SQUARES_ACROSS))
    if stride is None:
        stride = max(1, window // 2)
    if not 1 <= window <= min(height, width):
        raise AttributionError(
            f"A square of {window} pixels does not fit into {width} × {height}; choose 1 to "
            f"{min(height, width)}."
        )
    if not 1 <= stride <= window:
        raise AttributionError(
            f"Steps of {stride} pixels leave gaps or lead nowhere; choose 1 to {window}, the "
            "square's side."
        )
    channels = batch.shape[1]
    places = [-(-(side - window) // stride) + 1 for side in (height, width)]
    forward = _counted(module, places[0] * places[1] + 1, on_progress)
    with _explaining(module, batch) as leaf:
        drops = Occlusion(forward).attribute(
            leaf.detach(),
            sliding_window_shapes=(channels, window, window),
            strides=(channels, stride, stride),
            baselines=baseline,
            target=target,
            perturbations_per_eval=_PICTURES_AT_ONCE,
        )
    values = drops.detach()[0, 0].float().cpu().numpy()
    return HeatMap(values, True, "Occlusion", target, score, "", values)


def _target(module: nn.Module, batch: Tensor, target: int | None) -> tuple[int, float]:
    """Return the class to be explained and its score."""
    from engines._visualization.feature_maps import class_scores

    if batch.ndim != 4 or batch.shape[0] != 1:
        raise AttributionError(
            f"A heat map explains one picture, (1, C, H, W); this is {tuple(batch.shape)}."
        )
    scores = class_scores(module, batch)[0]
    if target is None:
        target = int(scores.argmax())
    if not 0 <= target < len(scores):
        raise AttributionError(
            f"The network has the classes 0 to {len(scores) - 1}; there is no class {target}."
        )
    return target, float(scores[target])


@contextmanager
def _explaining(module: nn.Module, batch: Tensor) -> Iterator[Tensor]:
    """Give a copy of `batch` that takes gradients, the network being in evaluation mode."""
    import torch

    from engines._visualization.watch import evaluating

    with evaluating(module), torch.enable_grad():
        yield batch.detach().clone().requires_grad_()


def _counted(
    module: nn.Module, total: int, on_progress: OnProgress | None
) -> Callable[[Tensor], Tensor]:
    """Return the network as a function to its scores that tells how many pictures it has seen."""
    from engines._visualization.feature_maps import checked_scores

    done = 0

    def forward(batch: Tensor) -> Tensor:
        nonlocal done
        scores = checked_scores(module(batch))
        done = min(done + len(batch), total)
        if on_progress is not None:
            on_progress(done, total)
        return scores

    return forward


def _enlarged(
    native: Tensor,
    batch: Tensor,
    signed: bool,
    method: str,
    target: int,
    score: float,
    layer: str,
) -> HeatMap:
    from torch.nn import functional

    size = [int(side) for side in batch.shape[-2:]]
    values = functional.interpolate(native[None, None], size, mode="bilinear", align_corners=False)
    arrays = [part.float().cpu().numpy() for part in (values[0, 0], native)]
    return HeatMap(arrays[0], signed, method, target, score, layer, arrays[1])
