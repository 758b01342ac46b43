"""What the Kernel Lab computes, away from the GUI thread: plain values in, plain values out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engines.display import Rendered, render_picture, render_response, to_grey
from engines.images import LoadedImage
from engines.tracing import OutputGeometry, output_geometry
from visualizer.state import KernelLabState, PictureSource


@dataclass(frozen=True)
class Picture:
    """A loaded picture with what the screen shows of it, in colour and in grey."""

    source: PictureSource
    image: LoadedImage

    @cached_property
    def grey(self) -> np.ndarray:
        """The luma (H, W, 1), float32."""
        return to_grey(self.image.array)

    @cached_property
    def _rendered(self) -> tuple[Rendered, Rendered]:
        return render_picture(self.image.array), render_picture(self.grey)

    def prepare(self) -> Picture:
        """Compute everything that is shown, so that the GUI thread need not; returns itself."""
        assert self._rendered
        return self

    def values(self, color: str) -> np.ndarray:
        """Return the numbers (H, W, C) that are filtered in the mode `color`."""
        return self.grey if color == "grey" else self.image.array

    def rendered(self, color: str) -> Rendered:
        """Return what the screen shows in the mode `color`."""
        return self._rendered[color == "grey"]


@dataclass(frozen=True)
class FilterResult:
    """A filtered picture, with the request it belongs to.

    values: the response (H', W', C) as computed, unclipped; rendered: what the screen shows of it.
    """

    picture: Picture
    state: KernelLabState
    values: np.ndarray
    rendered: Rendered
    geometry: OutputGeometry
    method: str
    milliseconds: float


def run_filter(picture: Picture, state: KernelLabState) -> FilterResult:
    """Return the response of `state`'s kernel on `picture`.

    Raises EngineError with the reason when they do not go together.
    """
    import torch

    from engines.convolution import choose_method, filter2d

    values = picture.values(state.color)
    image = torch.from_numpy(values).permute(2, 0, 1)
    kernel = state.kernel_array()
    started = time.perf_counter()
    response = filter2d(
        image,
        kernel,
        operation=state.operation,
        padding=state.padding,
        border=state.border,
        stride=state.stride,
        dilation=state.dilation,
    )
    milliseconds = (time.perf_counter() - started) * 1e3
    height, width = values.shape[:2]
    return FilterResult(
        picture=picture,
        state=state,
        values=response.permute(1, 2, 0).numpy(),
        rendered=render_response(response, state.display),
        geometry=output_geometry(
            height,
            width,
            *kernel.shape,
            operation=state.operation,
            padding=state.padding,
            stride=state.stride,
            dilation=state.dilation,
        ),
        method=choose_method(
            tuple(image.shape),
            kernel,
            stride=state.stride,
            dilation=state.dilation,
            padding=state.padding,
            border=state.border,
        ),
        milliseconds=milliseconds,
    )


@dataclass(frozen=True)
class KernelReport:
    """What is known about a kernel: its name if it has one, and facts as sentences."""

    kernel: np.ndarray
    name: str
    sentences: tuple[str, ...]


def report_on(kernel: np.ndarray) -> KernelReport:
    """Return the name and the properties of `kernel` (rows, columns)."""
    from engines.kernels import describe, identify

    matches = identify(kernel)
    if matches:
        best = matches[0]
        exactly = "" if best.transform in ("", "exactly") else f", {best.transform}"
        name = f"{best.name}{exactly}"
    else:
        name = "A kernel without a name"
    return KernelReport(kernel, name, describe(kernel).sentences)
