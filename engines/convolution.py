"""Convolution and correlation in one and two dimensions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from engines._filter2d import choose, direct, fft, separable, winograd
from engines._filter2d.padding import (
    BORDERS,
    OPERATIONS,
    Border,
    Operation,
    PaddingMode,
    check_choice,
    pair,
)
from engines.errors import EngineError, ImageError, KernelError, SignalError
from engines.tracing import sliding_axes

Method = Literal["auto", "direct", "separable", "fft", "winograd"]
Mode = Literal["full", "same", "valid"]
METHODS: tuple[Method, ...] = ("auto", "direct", "separable", "fft", "winograd")
MODES: tuple[Mode, ...] = ("full", "same", "valid")
# From where on the 1D FFT is quicker than the sums: terms of a sum, and products altogether.
FFT_KERNEL, FFT_PRODUCTS = 128, 2**17
FFT_TYPES = (torch.float32, torch.float64, torch.complex64, torch.complex128)
ArrayLike = torch.Tensor | np.ndarray | list | tuple
_APPLY = {
    "direct": direct.apply,
    "separable": separable.apply,
    "fft": fft.apply,
    "winograd": winograd.apply,
}


@dataclass(frozen=True)
class OperationCount:
    """How many multiplications and additions of real numbers an operation needs."""

    multiplications: int
    additions: int


def convolve(signal: ArrayLike, kernel: ArrayLike, mode: Mode = "full") -> torch.Tensor:
    """Return Σ_τ signal(τ) · kernel(t − τ), 1D.

    signal, kernel: (n,) and (m,), real or complex; the longer one counts as the signal for "same"
    and "valid". mode: "full" n + m − 1 values, "same" max(n, m), "valid" |n − m| + 1.
    Raises SignalError for empty or multi-dimensional input. As numpy.convolve.
    """
    check_choice(mode, MODES, "mode")
    first, second = _signals(signal, kernel)
    if len(second) > len(first):
        first, second = second, first
    full = _full_convolution(first, second)
    return _cut(full, len(first), len(second), mode)


def correlate(signal: ArrayLike, kernel: ArrayLike, mode: Mode = "valid") -> torch.Tensor:
    """Return Σ_τ signal(t + τ) · conj(kernel(τ)), 1D: convolution with the reversed conjugate.

    Shapes, modes and errors as `convolve`; with "valid" and "same" and a kernel longer than the
    signal the result is reversed and conjugated, as the roles are. As numpy.correlate, whose
    default mode is "valid" too.
    """
    check_choice(mode, MODES, "mode")
    first, second = _signals(signal, kernel)
    swapped = len(second) > len(first)
    if swapped:
        first, second = second, first
    full = _full_convolution(first, torch.flip(second.conj().resolve_conj(), (0,)))
    result = _cut(full, len(first), len(second), mode)
    return torch.flip(result.conj().resolve_conj(), (0,)) if swapped else result


def _signals(signal: ArrayLike, kernel: ArrayLike) -> tuple[torch.Tensor, torch.Tensor]:
    made = []
    for value, name in ((signal, "signal"), (kernel, "kernel")):
        tensor = value if isinstance(value, torch.Tensor) else torch.as_tensor(np.asarray(value))
        if tensor.ndim != 1:
            raise SignalError(f"The {name} has {tensor.ndim} axes; it must be a list of numbers.")
        if not len(tensor):
            raise SignalError(f"The {name} is empty; give it at least one number.")
        made.append(tensor)
    kind = torch.promote_types(made[0].dtype, made[1].dtype)
    if not (kind.is_floating_point or kind.is_complex):
        kind = torch.float64
    return made[0].to(kind), made[1].to(kind)


def _full_convolution(signal: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return every partial product summed along its diagonal: n + m − 1 values; n ≥ m."""
    if _is_long(signal, kernel):
        return _by_fft(signal, kernel)
    if signal.is_complex():
        real, imaginary = kernel.real.contiguous(), kernel.imag.contiguous()
        first, second = signal.real.contiguous(), signal.imag.contiguous()
        return torch.complex(
            _full_convolution(first, real) - _full_convolution(second, imaginary),
            _full_convolution(first, imaginary) + _full_convolution(second, real),
        )
    flipped = torch.flip(kernel, (0,))[None, None]
    return torch.nn.functional.conv1d(signal[None, None], flipped, padding=len(kernel) - 1)[0, 0]


def _is_long(signal: torch.Tensor, kernel: torch.Tensor) -> bool:
    """Return whether the FFT is the quicker way, and as exact: not where its sums overflow."""
    if signal.dtype not in FFT_TYPES or len(kernel) < FFT_KERNEL:
        return False
    if len(signal) * len(kernel) < FFT_PRODUCTS:
        return False
    return bool(torch.isfinite(torch.linalg.norm(signal) * torch.linalg.norm(kernel)))


def _by_fft(signal: torch.Tensor, kernel: torch.Tensor) -> torch.Tensor:
    """Return the full convolution; its error is rounding of ‖signal‖ · ‖kernel‖."""
    from scipy.fft import next_fast_len

    count, is_real = len(signal) + len(kernel) - 1, not signal.is_complex()
    size = next_fast_len(count, real=is_real)
    if is_real:
        spectrum = torch.fft.rfft(signal, size) * torch.fft.rfft(kernel, size)
        return torch.fft.irfft(spectrum, size)[:count]
    return torch.fft.ifft(torch.fft.fft(signal, size) * torch.fft.fft(kernel, size))[:count]


def _cut(full: torch.Tensor, longer: int, shorter: int, mode: Mode) -> torch.Tensor:
    if mode == "full":
        return full
    if mode == "same":
        start = (shorter - 1) // 2
        return full[start : start + longer]
    return full[shorter - 1 : longer]


def filter2d(
    image: torch.Tensor | np.ndarray,
    kernel: torch.Tensor | np.ndarray,
    *,
    operation: Operation = "correlation",
    padding: PaddingMode | int = "same",
    border: Border = "zero",
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
    method: Method = "auto",
) -> torch.Tensor:
    """Return the response of `kernel` on `image`, the same kernel on every channel.

    image: (H, W) or (C, H, W), float32 or float64 (other dtypes become float32); quickest when it
    is a view of (H, W, C) memory, which the result is. kernel: (kh, kw). padding: "same", "valid",
    "full" or the cells on every side; border: what those cells hold. At stride 1 with border
    "zero" the result equals scipy.signal.correlate2d / convolve2d of that mode, even kernels
    included; a larger stride takes every stride-th position of it, from the first. stride and
    dilation may be (rows, columns).

    Raises KernelError, KernelTooLarge, GeometryError, ImageError or EngineError, saying why.
    """
    check_choice(operation, OPERATIONS, "operation")
    check_choice(border, BORDERS, "border")
    check_choice(method, METHODS, "method")
    pixels = _image(image)
    weights = check_kernel(kernel)
    planes = pixels if pixels.ndim == 3 else pixels[None]
    axes = sliding_axes(
        planes.shape[1],
        planes.shape[2],
        *weights.shape,
        operation=operation,
        padding=padding,
        stride=stride,
        dilation=dilation,
    )
    if operation == "convolution":
        weights = weights[::-1, ::-1].copy()
    chosen = choose.quickest(tuple(planes.shape), weights, axes) if method == "auto" else method
    result = _APPLY[chosen](planes, weights, axes, border)
    return result if pixels.ndim == 3 else result[0]


def choose_method(
    image_shape: tuple[int, ...],
    kernel: torch.Tensor | np.ndarray,
    *,
    stride: int | tuple[int, int] = 1,
    dilation: int | tuple[int, int] = 1,
    padding: PaddingMode | int = "same",
    border: Border = "zero",
) -> str:
    """Return the method that `filter2d` takes for "auto" here. image_shape: (H, W) or (C, H, W)."""
    check_choice(border, BORDERS, "border")
    weights = check_kernel(kernel)
    shape = image_shape if len(image_shape) == 3 else (1, *image_shape)
    axes = sliding_axes(
        shape[1],
        shape[2],
        *weights.shape,
        operation="correlation",
        padding=padding,
        stride=pair(stride, "stride"),
        dilation=pair(dilation, "dilation"),
    )
    return choose.quickest(tuple(shape), weights, axes)


def check_kernel(kernel: torch.Tensor | np.ndarray) -> np.ndarray:
    """Return `kernel` as a float64 array (kh, kw); raises KernelError when it cannot be one."""
    array = kernel.detach().cpu().numpy() if isinstance(kernel, torch.Tensor) else kernel
    weights = np.asarray(array, dtype=np.float64)
    if weights.ndim != 2:
        raise KernelError(f"The kernel has {weights.ndim} axes; it must have rows and columns.")
    if weights.size == 0:
        raise KernelError("The kernel is empty; give it at least one row and one column.")
    finite = np.isfinite(weights)
    if not finite.all():
        row, column = np.argwhere(~finite)[0]
        raise KernelError(
            f"Row {row + 1}, column {column + 1} of the kernel is {weights[row, column]}; "
            "only finite numbers can be applied."
        )
    return weights


def _image(image: torch.Tensor | np.ndarray) -> torch.Tensor:
    pixels = image if isinstance(image, torch.Tensor) else torch.as_tensor(np.asarray(image))
    if pixels.ndim not in (2, 3):
        raise ImageError(
            f"The picture has {pixels.ndim} axes; it must have (height, width) "
            "or (channels, height, width)."
        )
    if pixels.numel() == 0:
        raise ImageError("The picture has no pixels.")
    return pixels if pixels.dtype in (torch.float32, torch.float64) else pixels.float()


def operation_count(
    height: int,
    width: int,
    kernel_height: int,
    kernel_width: int,
    *,
    padding: Literal["same", "valid"] = "same",
    channels: int = 1,
    method: Literal["direct", "separable", "fft", "winograd"] = "direct",
) -> OperationCount:
    """Return how many multiplications and additions filtering a picture takes at stride 1.

    direct: K² multiplications and K² − 1 additions per output pixel (K_h·K_w for rectangles).
    separable: the column on every row that the rows' pass reads, then the row.
    fft: a real transform of N = H'·W' points costs N log₂ N multiplications and 1.5 N log₂ N
    additions (half of the complex radix-2 count, 2 N log₂ N and 3 N log₂ N), forwards for the
    picture and back, plus one complex product (4 and 2) at each of N / 2 frequencies; the
    kernel's transform is shared by the channels. H' and W' are those of the full convolution.
    winograd: F(2×2, 3×3): 16 multiplications per 4 outputs; 32 additions to transform the input
    tile and 24 the output tile (Lavin and Gray, 2016); the kernel's transform is not counted.
    Raises EngineError for a kernel larger than the picture with "valid", or not 3×3 with winograd.
    """
    rows, columns = sliding_axes(
        height,
        width,
        kernel_height,
        kernel_width,
        operation="correlation",
        padding=padding,
        stride=1,
        dilation=1,
    )
    out_height, out_width = rows.positions, columns.positions
    outputs = out_height * out_width * channels
    if method == "direct":
        taps = kernel_height * kernel_width
        return OperationCount(outputs * taps, outputs * (taps - 1))
    if method == "separable":
        middle = out_height * (out_width + kernel_width - 1 if padding == "valid" else width)
        middle *= channels
        return OperationCount(
            middle * kernel_height + outputs * kernel_width,
            middle * (kernel_height - 1) + outputs * (kernel_width - 1),
        )
    if method == "winograd":
        if (kernel_height, kernel_width) != (3, 3):
            raise KernelError("Winograd's F(2×2, 3×3) needs a 3 × 3 kernel.")
        tiles = -(-out_height // 2) * -(-out_width // 2) * channels
        return OperationCount(16 * tiles, (32 + 24) * tiles)
    if method == "fft":
        points = (height + kernel_height - 1) * (width + kernel_width - 1)
        transform = points * float(np.log2(max(points, 2)))
        transforms = 2 * channels + 1
        return OperationCount(
            round(transforms * transform + 4 * channels * points / 2),
            round(transforms * 1.5 * transform + 2 * channels * points / 2),
        )
    raise EngineError(f"There is no method {method!r}; choose {', '.join(METHODS[1:])}.")


def match_template(
    image: torch.Tensor | np.ndarray, template: torch.Tensor | np.ndarray
) -> torch.Tensor:
    """Return the normalised cross-correlation, in [−1, 1], of `template` at every valid position.

    image: (H, W) or (C, H, W); template: (h, w) or (C, h, w); the result is (H − h + 1, W − w + 1),
    of the image's dtype. Both are compared after subtracting their mean, so brightness and contrast
    do not count; where the image is constant the score is 0. Raises EngineError when the template
    is larger than the image, is constant, or has other channels. As
    skimage.feature.match_template (Lewis, 1995).
    """
    pixels, patch = _image(image), _image(template)
    if pixels.ndim != patch.ndim or (pixels.ndim == 3 and pixels.shape[0] != patch.shape[0]):
        raise ImageError("The template must have as many channels as the picture.")
    planes = (pixels if pixels.ndim == 3 else pixels[None]).double()
    cut = (patch if patch.ndim == 3 else patch[None]).double()
    height, width = cut.shape[1:]
    if height > planes.shape[1] or width > planes.shape[2]:
        raise ImageError(
            f"The template ({width} × {height}) is larger than the picture "
            f"({planes.shape[2]} × {planes.shape[1]}); choose a smaller box."
        )
    centred = cut - cut.mean()
    energy = float((centred**2).sum())
    if energy <= 1e-12 * max(1.0, float((cut**2).sum())):
        raise ImageError("The template is all one colour; choose a box with some structure.")
    planes = planes - planes.mean()
    products = fft.correlate_valid(planes, centred).sum(0)
    ones = torch.ones_like(cut[:1])
    count = cut.numel()
    sums = fft.correlate_valid(planes.sum(0, keepdim=True), ones)[0]
    squares = fft.correlate_valid((planes**2).sum(0, keepdim=True), ones)[0]
    variance = (squares - sums**2 / count).clamp_(min=0.0)
    floor = 1e-10 * float((planes**2).mean()) * count
    score = torch.where(
        variance > floor, products / torch.sqrt(variance.clamp(min=1e-300) * energy), 0.0
    )
    return score.clamp_(-1.0, 1.0).to(pixels.dtype)
