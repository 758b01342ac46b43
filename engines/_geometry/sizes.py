"""Sizes along one axis: how many positions there are."""

from __future__ import annotations

from engines.errors import GeometryError


def output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    dilation: int = 1,
    *,
    ceil_mode: bool = False,
) -> int:
    """Return ⌊(size + padding − dilation·(kernel − 1) − 1) / stride⌋ + 1, as torch.

    padding: for both ends, or (before, after). ceil_mode: round up, as long as the last window
    starts inside the input or the padding before it. Raises GeometryError where nothing fits.
    """
    before, after = _both(padding)
    _check(size, kernel, stride, before, after, dilation)
    extent = dilation * (kernel - 1) + 1
    room = size + before + after - extent
    count = (room + (stride - 1 if ceil_mode else 0)) // stride + 1
    if ceil_mode and (count - 1) * stride >= size + before:
        count -= 1
    if count < 1:
        raise GeometryError(
            f"The kernel reaches over {extent} cells but the padded input has only "
            f"{size + before + after}. Take a kernel of at most "
            f"{max((size + before + after - 1) // dilation + 1, 1)}, or add "
            f"{extent - size - before - after} cells of padding."
        )
    return count


def same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Return (before, after) so that there are ⌈size / stride⌉ outputs, the larger half after."""
    _check(size, kernel, stride, 0, 0, dilation)
    extent = dilation * (kernel - 1) + 1
    total = max((-(-size // stride) - 1) * stride + extent - size, 0)
    return total // 2, total - total // 2


def transposed_output_size(
    size: int,
    kernel: int,
    stride: int = 1,
    padding: int | tuple[int, int] = 0,
    output_padding: int = 0,
    dilation: int = 1,
) -> int:
    """Return (size − 1)·stride − padding + dilation·(kernel − 1) + output_padding + 1, as torch.

    Raises GeometryError where nothing is left, or output_padding is not below both stride and
    dilation at once, as torch.
    """
    before, after = _both(padding)
    _check(size, kernel, stride, before, after, dilation)
    if not 0 <= output_padding < max(stride, dilation):
        raise GeometryError(
            f"An output padding of {output_padding} is too large: it must be below the stride or "
            f"the dilation, so at most {max(stride, dilation) - 1} here."
        )
    full = (size - 1) * stride + dilation * (kernel - 1) + 1 + output_padding
    if full - before - after < 1:
        raise GeometryError(
            f"The padding takes {before + after} cells away from an output of {full}: nothing is "
            f"left. Take at most {full - 1} in all."
        )
    return full - before - after


def _both(padding: int | tuple[int, int]) -> tuple[int, int]:
    return padding if isinstance(padding, tuple) else (padding, padding)


def _check(size: int, kernel: int, stride: int, before: int, after: int, dilation: int) -> None:
    if size < 1:
        raise GeometryError(f"An input of {size} cells holds nothing; take 1 or more.")
    check_numbers(kernel, stride, before, after, dilation)


def check_numbers(kernel: int, stride: int, before: int, after: int, dilation: int) -> None:
    """Raise GeometryError when one of the numbers means nothing on any input."""
    if kernel < 1:
        raise GeometryError(f"A kernel of {kernel} cells reads nothing; take 1 or more.")
    if stride < 1:
        raise GeometryError(f"A stride of {stride} goes nowhere; take 1 or more.")
    if dilation < 1:
        raise GeometryError(f"A dilation of {dilation} puts all taps on one cell; take 1 or more.")
    if min(before, after) < 0:
        raise GeometryError(
            f"Padding cannot be negative ({min(before, after)}); take 0 or more. To use less of "
            "the input, make it smaller."
        )
