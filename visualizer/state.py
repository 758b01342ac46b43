"""What a panel knows, as plain values: all that undo, autosave and scenes need."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, field_validator

MAX_KERNEL_SIDE = 31

Operation = Literal["correlation", "convolution"]
PaddingMode = Literal["same", "valid", "full"]
Border = Literal["zero", "replicate", "reflect", "circular"]
ColorMode = Literal["colour", "grey"]
Display = Literal["clipped", "absolute", "signed"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class PictureSource(_Frozen):
    """Where the picture comes from: a sample's name, or the path of a file."""

    kind: Literal["sample", "file", "pasted"] = "sample"
    name: str = "chelsea"


class KernelLabState(_Frozen):
    """Everything the Kernel Lab shows follows from these values and the picture."""

    picture: PictureSource = PictureSource()
    kernel: tuple[tuple[float, ...], ...] = ((-1.0, 0.0, 1.0), (-2.0, 0.0, 2.0), (-1.0, 0.0, 1.0))
    operation: Operation = "correlation"
    padding: PaddingMode | Annotated[int, Field(ge=0, le=64)] = "same"
    border: Border = "reflect"
    stride: Annotated[int, Field(ge=1, le=16)] = 1
    dilation: Annotated[int, Field(ge=1, le=16)] = 1
    color: ColorMode = "colour"
    display: Display = "signed"

    @field_validator("kernel")
    @classmethod
    def _kernel_is_a_finite_rectangle(
        cls, kernel: tuple[tuple[float, ...], ...]
    ) -> tuple[tuple[float, ...], ...]:
        heights, widths = len(kernel), {len(row) for row in kernel}
        if not 1 <= heights <= MAX_KERNEL_SIDE or len(widths) != 1:
            raise ValueError(f"a kernel has 1 to {MAX_KERNEL_SIDE} rows of equal length")
        if not 1 <= widths.pop() <= MAX_KERNEL_SIDE:
            raise ValueError(f"a kernel has 1 to {MAX_KERNEL_SIDE} columns")
        if not all(math.isfinite(value) for row in kernel for value in row):
            raise ValueError("a kernel holds finite numbers only")
        return kernel

    def kernel_array(self) -> np.ndarray:
        """Return the kernel as a float64 array (rows, columns)."""
        return np.array(self.kernel, dtype=np.float64)

    def with_kernel(self, values: np.ndarray) -> KernelLabState:
        """Return the same state with the kernel `values` (rows, columns)."""
        return self.replace(kernel=tuple(map(tuple, np.asarray(values, dtype=float).tolist())))

    def replace(self, **changes: object) -> KernelLabState:
        """Return the state with some fields changed, checked like a new one."""
        return KernelLabState.model_validate({**dict(self), **changes})
