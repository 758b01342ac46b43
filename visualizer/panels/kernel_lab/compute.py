"""What the Kernel Lab computes, away from the GUI thread: plain values in, plain values out."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engines.chain import apply_chain
from engines.display import Rendered, render_response
from engines.errors import EngineError
from engines.kernels import approximate
from engines.tracing import OutputGeometry, output_geometry
from visualizer.pictures.picture import Picture
from visualizer.state import KernelLabState

if TYPE_CHECKING:
    import torch

NO_KERNEL = np.ones((1, 1))
UNNAMED = "A kernel without a name"


@dataclass(frozen=True)
class FilterResult:
    """A filtered picture, with the request it belongs to.

    inputs: (H, W, C), what the last kernel read; kernel: that kernel; number: its place in the
    chain, from 1, or 0 when none is switched on; response: its result plus the bias, (H', W', C),
    unclipped; values: what is shown, the response or a difference; rendered: as the screen has it.
    """

    picture: Picture
    state: KernelLabState
    inputs: np.ndarray
    kernel: np.ndarray
    number: int
    response: np.ndarray
    values: np.ndarray
    rendered: Rendered
    geometry: OutputGeometry
    method: str
    milliseconds: float
    multiplications: int


def kernel_of(state: KernelLabState, index: int) -> np.ndarray:
    """Return the kernel `index` of the chain as it is applied: at the rank asked for, if any."""
    link = state.chain[index]
    return link.array() if link.rank is None else approximate(link.array(), link.rank).kernel


def sliding_options(state: KernelLabState) -> dict[str, Any]:
    """Return `filter2d`'s options for the last kernel of the chain, but the method."""
    return {
        "operation": state.operation,
        "padding": state.padding,
        "border": state.border,
        "stride": state.stride,
        "dilation": state.dilation,
    }


@cache
def _warm_up() -> None:
    """Let everything that happens once happen before the first time is measured."""
    import torch

    from engines.convolution import filter2d

    for method in ("direct", "separable"):
        filter2d(torch.zeros(3, 4, 4), np.ones((3, 3)), method=method)  # type: ignore[arg-type]


def run_filter(picture: Picture, state: KernelLabState) -> FilterResult:
    """Return what `state` makes of `picture`.

    Raises EngineError with the reason when they do not go together.
    """
    import torch

    from engines.convolution import choose_method

    _warm_up()
    picture.prepare(state.color)
    image = torch.from_numpy(picture.values(state.color)).permute(2, 0, 1)
    enabled = state.enabled_links()
    started = time.perf_counter()
    source, last, response = _respond(image, state)
    milliseconds = (time.perf_counter() - started) * 1e3
    shown = _shown(state, image, source, last, response)
    options = sliding_options(state)
    options.pop("operation")
    automatic = choose_method(tuple(source.shape), last, **options)
    method = automatic if state.method == "auto" else state.method
    return FilterResult(
        picture=picture,
        state=state,
        inputs=source.permute(1, 2, 0).numpy(),
        kernel=last,
        number=enabled[-1] + 1 if enabled else 0,
        response=response.permute(1, 2, 0).numpy(),
        values=shown.permute(1, 2, 0).numpy(),
        rendered=render_response(shown, display_of(state), gain=state.gain, offset=state.offset),
        geometry=output_geometry(
            *image.shape[1:],
            *last.shape,
            operation=state.operation,
            padding=state.padding,
            stride=state.stride,
            dilation=state.dilation,
        ),
        method=method,
        milliseconds=milliseconds,
        multiplications=_multiplications(state, tuple(image.shape), method, response.numel()),
    )


def display_of(state: KernelLabState) -> Literal["clipped", "absolute", "signed"]:
    """Return how the output is shown; "auto": as a picture where it is one, else about zero."""
    if state.display != "auto":
        return state.display
    if state.shown != "response":
        return "signed"
    for index in state.enabled_links():
        kernel = kernel_of(state, index)
        if kernel.min() < 0 and abs(kernel.sum() - 1) > 1e-3:
            return "signed"
    return "clipped"


def _multiplications(
    state: KernelLabState, shape: tuple[int, ...], method: str, outputs: int
) -> int:
    """Return how many the chain takes, direct ones before the last kernel.

    Only the direct method skips what a stride leaves out; the others compute it all the same.
    """
    from engines.method_comparison import count_operations

    *earlier, last = [kernel_of(state, index) for index in state.enabled_links()] or [NO_KERNEL]
    before = [count_operations("direct", shape, kernel).multiplications for kernel in earlier]
    if method == "direct":
        return sum(before) + outputs * last.size
    counted = count_operations(method, shape, last, state.padding, state.dilation)
    return sum(before) + counted.multiplications


def _shown(
    state: KernelLabState,
    image: torch.Tensor,
    source: torch.Tensor,
    kernel: np.ndarray,
    response: torch.Tensor,
) -> torch.Tensor:
    """Return what the output view is to show: the response or one of the differences."""
    from engines.convolution import filter2d

    if state.shown == "difference":
        if response.shape != image.shape:
            raise EngineError(
                "Only an output as large as the input can be subtracted from it: choose padding "
                "“same” and stride 1, or show the response."
            )
        return response - image
    if state.shown == "operations":
        both = [
            filter2d(source, kernel, **{**sliding_options(state), "operation": operation})
            for operation in ("convolution", "correlation")
        ]
        return both[0] - both[1]
    return response


def respond(values: np.ndarray, state: KernelLabState) -> np.ndarray:
    """Return what the chain makes of other pixels than the picture's, (H, W, C)."""
    import torch

    image = torch.from_numpy(values).permute(2, 0, 1)
    return _respond(image, state)[2].permute(1, 2, 0).numpy()


def _respond(
    image: torch.Tensor, state: KernelLabState
) -> tuple[torch.Tensor, np.ndarray, torch.Tensor]:
    """Return what the last kernel reads, that kernel, and the response with the bias."""

    from engines.convolution import filter2d

    enabled = state.enabled_links()
    *earlier, last = [kernel_of(state, index) for index in enabled] or [NO_KERNEL]
    source = apply_chain(image, earlier, operation=state.operation, border=state.border)
    response = filter2d(source, last, method=state.method, **sliding_options(state))
    if not _all_finite(response):
        raise EngineError(
            "The values grow beyond what a 32-bit number can hold. Make the weights smaller, or "
            "normalise the kernel to sum 1."
        )
    return source, last, response + state.bias if state.bias else response


def _all_finite(response: torch.Tensor) -> bool:
    """Return whether `response` (C, H, W), a view of HWC memory, holds finite numbers only."""
    import torch

    # One quick pass: infinities and NaN survive every sum. Large numbers may sum up to infinity.
    numbers = response.permute(1, 2, 0).reshape(-1)
    if bool(torch.isfinite(numbers.sum())):
        return True
    return bool(torch.isfinite(numbers).all())


@dataclass(frozen=True)
class KernelReport:
    """What is known about a kernel: its name if it has one, and facts as sentences."""

    kernel: np.ndarray
    name: str
    sentences: tuple[str, ...]


def name_of(kernel: np.ndarray) -> str:
    """Return the name of `kernel` (rows, columns) and how it is turned, "" if it has no name."""
    from engines.kernels import identify

    matches = identify(kernel)
    if not matches:
        return ""
    best = matches[0]
    exactly = "" if best.transform in ("", "exactly") else f", {best.transform}"
    return f"{best.name}{exactly}"


def report_on(kernel: np.ndarray) -> KernelReport:
    """Return the name and the properties of `kernel` (rows, columns)."""
    from engines.kernels import describe

    return KernelReport(kernel, name_of(kernel) or UNNAMED, describe(kernel).sentences)
