"""What the Kernel Lab knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, field_validator, model_validator

from visualizer.frozen import Frozen
from visualizer.pictures.source import ColorMode, PictureSource

MAX_KERNEL_SIDE = 31
MAX_CHAIN = 8
LARGEST_WEIGHT = float(np.finfo(np.float32).max)

Operation = Literal["correlation", "convolution"]
PaddingMode = Literal["same", "valid", "full"]
Border = Literal["zero", "replicate", "reflect", "circular"]
Display = Literal["auto", "clipped", "absolute", "signed"]
Method = Literal["auto", "direct", "separable", "fft", "winograd"]
Shown = Literal["response", "difference", "operations"]
NoiseKind = Literal["gaussian", "salt_and_pepper"]
Matrix = tuple[tuple[float, ...], ...]

SOBEL_X: Matrix = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
IDENTITY: Matrix = ((0.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 0.0))


def matrix_of(values: np.ndarray) -> Matrix:
    """Return the kernel `values` (rows, columns) as the state holds it."""
    return tuple(map(tuple, np.asarray(values, dtype=float).tolist()))


class Recipe(Frozen):
    """The family and the parameters that made a kernel, while nobody has edited it since."""

    family: str
    values: tuple[tuple[str, float], ...] = ()


class ChainLink(Frozen):
    """One kernel of the chain; with a rank, its best approximation of that rank is applied."""

    kernel: Matrix = IDENTITY
    enabled: bool = True
    recipe: Recipe | None = None
    rank: Annotated[int, Field(ge=1, le=MAX_KERNEL_SIDE)] | None = None

    @field_validator("kernel")
    @classmethod
    def _kernel_is_a_finite_rectangle(cls, kernel: Matrix) -> Matrix:
        heights, widths = len(kernel), {len(row) for row in kernel}
        if not 1 <= heights <= MAX_KERNEL_SIDE or len(widths) != 1:
            raise ValueError(f"a kernel has 1 to {MAX_KERNEL_SIDE} rows of equal length")
        if not 1 <= widths.pop() <= MAX_KERNEL_SIDE:
            raise ValueError(f"a kernel has 1 to {MAX_KERNEL_SIDE} columns")
        if not all(abs(value) <= LARGEST_WEIGHT for row in kernel for value in row):
            raise ValueError("a kernel holds finite 32-bit numbers only")
        return kernel

    def array(self) -> np.ndarray:
        """Return the kernel as a float64 array (rows, columns)."""
        return np.array(self.kernel, dtype=np.float64)


class ToolsState(Frozen):
    """What the tools under the pictures are set to; the picture's output does not depend on it.

    open: the name of the open tool, "" for none. line: (row, column) of start and end of the
    profile; box: (row, column, height, width) of the template; both None until the person draws.
    noise_amount: σ, or the share of pixels; median: side of the median's window.
    """

    open: str = ""
    line: tuple[float, float, float, float] | None = None
    box: tuple[int, int, int, int] | None = None
    noise: NoiseKind = "gaussian"
    noise_amount: Annotated[float, Field(ge=0, le=1)] = 0.1
    noise_seed: Annotated[int, Field(ge=0)] = 0
    median: Annotated[int, Field(ge=1, le=15)] = 3


class KernelLabState(Frozen):
    """Everything the Kernel Lab shows follows from these values and the picture.

    chain: applied in order; padding, stride, dilation and method belong to the last enabled
    kernel, those before it keep the size. selected: the one in the grid. bias is added to the
    response; gain and offset change what the screen shows of it, not the numbers.
    """

    picture: PictureSource = PictureSource()
    chain: Annotated[tuple[ChainLink, ...], Field(min_length=1, max_length=MAX_CHAIN)] = (
        ChainLink(kernel=SOBEL_X),
    )
    selected: Annotated[int, Field(ge=0)] = 0
    operation: Operation = "correlation"
    padding: PaddingMode | Annotated[int, Field(ge=0, le=64)] = "same"
    border: Border = "reflect"
    stride: Annotated[int, Field(ge=1, le=16)] = 1
    dilation: Annotated[int, Field(ge=1, le=16)] = 1
    method: Method = "auto"
    bias: Annotated[float, Field(ge=-10, le=10)] = 0.0
    color: ColorMode = "colour"
    display: Display = "auto"
    gain: Annotated[float, Field(ge=0.01, le=100)] = 1.0
    offset: Annotated[float, Field(ge=-10, le=10)] = 0.0
    shown: Shown = "response"
    tools: ToolsState = ToolsState()

    @model_validator(mode="after")
    def _selection_exists(self) -> KernelLabState:
        if self.selected >= len(self.chain):
            raise ValueError(
                f"there is no kernel {self.selected + 1} in a chain of {len(self.chain)}"
            )
        return self

    @property
    def link(self) -> ChainLink:
        """The kernel of the chain that is in the grid."""
        return self.chain[self.selected]

    @property
    def kernel(self) -> Matrix:
        """The kernel in the grid."""
        return self.link.kernel

    def kernel_array(self) -> np.ndarray:
        """Return the kernel in the grid as a float64 array (rows, columns)."""
        return self.link.array()

    def enabled_links(self) -> tuple[int, ...]:
        """Return the indices of the kernels that are applied, in order."""
        return tuple(index for index, link in enumerate(self.chain) if link.enabled)

    @property
    def rank(self) -> int | None:
        """The rank to which the kernel in the grid is cut, if it is."""
        return self.link.rank

    def with_kernel(self, values: np.ndarray, recipe: Recipe | None = None) -> KernelLabState:
        """Return the same state with the whole kernel `values` (rows, columns) in the grid."""
        link = self.link.replace(kernel=matrix_of(values), recipe=recipe, rank=None)
        return self.with_link(link)

    def with_link(self, link: ChainLink) -> KernelLabState:
        """Return the same state with `link` in place of the selected one."""
        chain = (*self.chain[: self.selected], link, *self.chain[self.selected + 1 :])
        return self.replace(chain=chain)

    def filters_like(self, other: KernelLabState) -> bool:
        """Return whether `other` asks for the same output."""
        return self.replace(tools=other.tools, selected=0) == other.replace(selected=0)

    def looking_like(self, present: KernelLabState) -> KernelLabState:
        """Return this state with the tool open that is open in `present`.

        The selected kernel stays this state's own: an undo then shows the kernel it changes.
        """
        return self.replace(tools=self.tools.replace(open=present.tools.open))
