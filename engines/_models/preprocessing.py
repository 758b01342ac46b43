"""From a picture to the batch that a network was trained on, and back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from engines.errors import ImageError

if TYPE_CHECKING:
    import torch

Interpolation = Literal["bilinear", "bicubic", "nearest"]
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601, as Pillow's "L"


@dataclass(frozen=True)
class Stage:
    """One step of a preprocessing: `name` in two words, `text` with its numbers."""

    name: str
    text: str


@dataclass(frozen=True)
class Window:
    """The part of a picture that a network sees, in pixels of the picture (may be fractions)."""

    top: float
    left: float
    height: float
    width: float


@dataclass(frozen=True)
class Preprocessing:
    """From a picture (C, H, W) in [0, 1] to the batch (1, channels, height, width) of a network.

    height, width: of the network's input; resize: the shorter side is brought to this many pixels
    first, or None to bring the whole picture to the input's size; mean, std: of each channel,
    subtracted and divided by. Grey pictures become colour ones and the reverse, as the network
    needs. Resizing filters as Pillow does (antialias).
    """

    height: int = 224
    width: int = 224
    resize: int | None = 256
    interpolation: Interpolation = "bilinear"
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)

    def __call__(self, image: torch.Tensor) -> torch.Tensor:
        """Return the batch (1, channels, height, width), float32, of the picture (C, H, W)."""
        return self.normalise(self.visible(image))[None]

    @property
    def channels(self) -> int:
        """How many channels the network takes."""
        return len(self.mean)

    @property
    def stages(self) -> tuple[Stage, ...]:
        """What is done, in order, for people."""
        way = f"{self.interpolation}, filtered"
        colours = "grey" if self.channels == 1 else "red, green, blue"
        size = f"{self.height} × {self.width}"
        if self.resize is None:
            sizing = [Stage("Resize", f"to {size} ({way})")]
        else:
            sizing = [
                Stage("Resize", f"shorter side to {self.resize} pixels ({way})"),
                Stage("Centre crop", size),
            ]
        mean = ", ".join(f"{value:g}" for value in self.mean)
        std = ", ".join(f"{value:g}" for value in self.std)
        return (
            Stage("Channels", colours),
            *sizing,
            Stage("Normalise", f"(x − [{mean}]) / [{std}]"),
        )

    def with_size(self, height: int, width: int) -> Preprocessing:
        """Return the same for another input size; the share that is cropped away stays."""
        resize = self.resize
        if resize is not None:
            resize = max(round(resize * min(height, width) / min(self.height, self.width)), 1)
        return replace(self, height=height, width=width, resize=resize)

    def window(self, height: int, width: int) -> Window:
        """Return which part of a picture of that size the network sees."""
        if self.resize is None:
            return Window(0.0, 0.0, float(height), float(width))
        rows, columns = self.resized(height, width)
        top, left = _offset(rows, self.height), _offset(columns, self.width)
        down, across = height / rows, width / columns
        return Window(top * down, left * across, self.height * down, self.width * across)

    def visible(self, image: torch.Tensor) -> torch.Tensor:
        """Return what the network sees, (channels, height, width) in [0, 1], before normalising.

        Raises ImageError for anything but (1, H, W) or (3, H, W).
        """
        import torch
        from torch.nn import functional

        from engines._models.resampling import resample

        if image.ndim != 3 or image.shape[0] not in (1, 3) or image.numel() == 0:
            raise ImageError(
                f"A picture of shape {tuple(image.shape)} cannot be shown to a network; "
                "it needs (1 or 3, height, width)."
            )
        size = self.resized(image.shape[1], image.shape[2])
        rows, columns = _cut(size[0], self.height), _cut(size[1], self.width)
        pixels = resample(
            image.to(torch.float32), size, rows.kept, columns.kept, self.interpolation
        )
        if self.interpolation == "bicubic":
            pixels = pixels.clamp(0.0, 1.0)  # it overshoots, which 8-bit pictures cannot
        # Where the input is larger than the picture, the rest is black.
        return functional.pad(self.channelled(pixels), (*columns.black, *rows.black)).contiguous()

    def normalise(self, visible: torch.Tensor) -> torch.Tensor:
        """Return (x − mean) / std of each channel; visible: (…, channels, height, width)."""
        mean, std = self._statistics(visible)
        return (visible - mean) / std

    def denormalise(self, batch: torch.Tensor) -> torch.Tensor:
        """Return the pixels of a normalised input, (…, channels, height, width), not clipped."""
        mean, std = self._statistics(batch)
        return batch * std + mean

    def _statistics(self, like: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        import torch

        def column(values: tuple[float, ...]) -> torch.Tensor:
            return torch.tensor(values, dtype=like.dtype, device=like.device)[:, None, None]

        return column(self.mean), column(self.std)

    def channelled(self, image: torch.Tensor) -> torch.Tensor:
        """Return the picture (1 or 3, H, W) with as many channels as the network takes."""
        if image.shape[0] == self.channels:
            return image
        if self.channels == 1:
            red, green, blue = _LUMA
            return (red * image[0] + green * image[1] + blue * image[2])[None]
        return image.mean(dim=0, keepdim=True).expand(self.channels, -1, -1)

    def resized(self, height: int, width: int) -> tuple[int, int]:
        """Return (rows, columns) of a picture of that size after resizing, before the crop."""
        if self.resize is None:
            return self.height, self.width
        if height <= width:
            return self.resize, max(int(self.resize * width / height), 1)
        return max(int(self.resize * height / width), 1), self.resize


@dataclass(frozen=True)
class _Cut:
    """The middle of an axis: `kept`, from and to; `black`, how much is missing before and after."""

    kept: tuple[int, int]
    black: tuple[int, int]


def _cut(size: int, wanted: int) -> _Cut:
    begin = _offset(size, wanted)
    if begin < 0:
        return _Cut((0, size), (-begin, wanted - size + begin))
    return _Cut((begin, begin + wanted), (0, 0))


def _offset(size: int, wanted: int) -> int:
    """Return where a centred cut of `wanted` begins; negative where it is larger than `size`."""
    if wanted > size:
        return -((wanted - size) // 2)
    return round((size - wanted) / 2)
