"""A picture disturbed in a measured way, and which layers of a network notice it most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from engines.errors import EngineError

if TYPE_CHECKING:
    from torch import Tensor, nn

PerturbationKind = Literal["noise", "blur", "shift", "rotate", "crop", "occlude"]
Box = tuple[int, int, int, int]
GREY = 0.5


@dataclass(frozen=True)
class Perturbation:
    """A way to disturb a picture: its names, the unit of its amount, and the amounts it takes.

    low is the amount at which nothing changes, except where `low` < 0, then 0 is; needs_seed: it
    is drawn by chance.
    """

    kind: PerturbationKind
    title: str
    unit: str
    low: float
    high: float
    default: float
    needs_seed: bool = False


PERTURBATIONS: dict[str, Perturbation] = {
    entry.kind: entry
    for entry in (
        Perturbation("noise", "Noise", "σ", 0.0, 1.0, 0.1, needs_seed=True),
        Perturbation("blur", "Blur", "σ in pixels", 0.0, 50.0, 2.0),
        Perturbation("shift", "Shift right", "pixels", -500.0, 500.0, 8.0),
        Perturbation("rotate", "Rotate", "degrees", -180.0, 180.0, 10.0),
        Perturbation("crop", "Crop", "share of each side cut away", 0.0, 0.95, 0.2),
        Perturbation("occlude", "Occlude", "share of each side", 0.0, 1.0, 0.3, needs_seed=True),
    )
}


@dataclass(frozen=True)
class LayerChange:
    """How much a layer's output changed.

    name: as `capture` names it; kind: the module's class; relative: ‖after − before‖ / ‖before‖,
    inf where a silent layer began to answer; similarity: the cosine of both outputs, NaN where one
    is silent.
    """

    name: str
    kind: str
    relative: float
    similarity: float


def perturb(
    image: Tensor, kind: str, amount: float, seed: int = 0, *, box: Box | None = None
) -> Tensor:
    """Return `image` (C, H, W) in [0, 1] disturbed, of the same size and in [0, 1].

    noise: Gaussian, amount its σ. blur: Gaussian, σ in pixels. shift: to the right by whole
    pixels, negative to the left; the border pixel is repeated. rotate: degrees anticlockwise about
    the middle, mirrored at the border. crop: the share of each side that is cut away around the
    middle, the rest enlarged. occlude: a grey box of this share of each side at a place drawn from
    `seed`, or `box` (top, left, height, width), for which the amount does not matter; what lies
    outside the picture is left out. Raises EngineError for other kinds and amounts.
    """
    if kind not in PERTURBATIONS:
        raise EngineError(
            f"There is no perturbation {kind!r}; there are {', '.join(PERTURBATIONS)}."
        )
    entry = PERTURBATIONS[kind]
    if box is None and not entry.low <= amount <= entry.high:
        raise EngineError(
            f"{entry.title} by {amount:g} makes no sense; choose {entry.low:g} to {entry.high:g} "
            f"({entry.unit})."
        )
    if image.ndim != 3 or image.numel() == 0:
        raise EngineError(f"A picture has the shape (C, H, W); this is {tuple(image.shape)}.")
    if kind == "occlude":
        return _occlude(image, _drawn_box(image, amount, seed) if box is None else box)
    if amount == 0:
        return image.clone()
    if kind == "noise":
        return _noise(image, amount, seed)
    return _MOVES[kind](image, amount).clamp(0, 1)


def layer_changes(
    module: nn.Module,
    preprocess: Callable[[Tensor], Tensor],
    before: Tensor,
    after: Tensor,
) -> list[LayerChange]:
    """Return by how much each leaf's output differs between two pictures, in call order.

    before, after: (C, H, W) in [0, 1]; preprocess: to the batch (1, C, h, w). Both go through the
    network together, so nothing is kept of either. Raises EngineError where they end in batches of
    different size.
    """
    import torch

    from engines._visualization.watch import each_output

    pair = [preprocess(image) for image in (before, after)]
    if pair[0].shape != pair[1].shape:
        raise EngineError(
            f"Pictures that give inputs of {tuple(pair[0].shape)} and {tuple(pair[1].shape)} "
            "cannot be compared layer by layer; use two of the same size."
        )
    changes: list[LayerChange] = []

    def visit(name: str, part: nn.Module, output: Tensor) -> None:
        if len(output) != 2 or not output.is_floating_point():
            return  # no output per picture, such as a table of positions
        first, second = output.flatten(1).double()
        size, change = float(first.norm()), float((second - first).norm())
        relative = change / size if size else (float("inf") if change else 0.0)
        product = size * float(second.norm())
        similarity = float(first @ second) / product if product else float("nan")
        changes.append(LayerChange(name, type(part).__name__, relative, similarity))

    each_output(module, torch.cat(pair), visit)
    return changes


def _noise(image: Tensor, sigma: float, seed: int) -> Tensor:
    import torch

    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(image.shape, generator=generator, dtype=image.dtype)
    return (image + sigma * noise.to(image.device)).clamp(0, 1)


def _blur(image: Tensor, sigma: float) -> Tensor:
    import torch
    from scipy.ndimage import gaussian_filter

    blurred = gaussian_filter(image.cpu().numpy(), (0, sigma, sigma), mode="reflect")
    return torch.from_numpy(blurred).to(image)


def _shift(image: Tensor, pixels: float) -> Tensor:
    import torch

    width = image.shape[2]
    columns = (torch.arange(width, device=image.device) - round(pixels)).clamp(0, width - 1)
    return image[:, :, columns]


def _rotate(image: Tensor, degrees: float) -> Tensor:
    from engines._visualization.transforms import Shake, apply_shake

    return apply_shake(image[None], Shake(degrees=degrees))[0]


def _crop(image: Tensor, share: float) -> Tensor:
    from torch.nn import functional

    height, width = image.shape[1:]
    rows, columns = (max(1, round(side * (1 - share))) for side in (height, width))
    top, left = (height - rows) // 2, (width - columns) // 2
    kept = image[None, :, top : top + rows, left : left + columns].contiguous()
    return functional.interpolate(kept, (height, width), mode="bilinear", align_corners=False)[0]


def _drawn_box(image: Tensor, share: float, seed: int) -> Box:
    import torch

    height, width = image.shape[1:]
    rows, columns = round(height * share), round(width * share)
    generator = torch.Generator().manual_seed(seed)
    top = int(torch.randint(height - rows + 1, (1,), generator=generator))
    left = int(torch.randint(width - columns + 1, (1,), generator=generator))
    return top, left, rows, columns


def _occlude(image: Tensor, box: Box) -> Tensor:
    top, left, rows, columns = box
    hidden = image.clone()
    hidden[:, max(top, 0) : max(top + rows, 0), max(left, 0) : max(left + columns, 0)] = GREY
    return hidden


_MOVES: dict[str, Callable[[Tensor, float], Tensor]] = {
    "blur": _blur,
    "shift": _shift,
    "rotate": _rotate,
    "crop": _crop,
}
