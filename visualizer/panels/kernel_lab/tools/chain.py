"""The chain's kernels as one: the equivalent kernel, and where it differs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from engines.chain import border_reach, equivalent_kernel
from visualizer.panels.kernel_lab.compute import UNNAMED, FilterResult, kernel_of, name_of
from visualizer.panels.kernel_lab.tools.base import (
    Tool,
    ToolRequest,
    sentence,
    show_matrix,
    small_view,
)
from visualizer.state import KernelLabState
from widgets.image_view import ImageView

MOST_LISTED = 8


@dataclass(frozen=True)
class ChainData:
    """names: of the enabled kernels; kernel: the equivalent one, or None and why."""

    names: tuple[str, ...]
    kernel: np.ndarray | None
    refusal: str = ""
    name: str = ""
    reach: tuple[int, int] = (0, 0)
    difference: float | None = None


class ChainTool(Tool):
    """Lists the chain, shows the one kernel that does the same, and checks it on the picture."""

    name = "chain"
    title = "Chain"
    tooltip = "Kernels applied one after the other, and the single kernel that equals them"

    def __init__(self, input_view: ImageView, settings: QSettings) -> None:
        super().__init__(input_view, settings)
        self.text = sentence("chain_text")
        self.list = sentence("chain_list")
        self.kernel_view = small_view(
            "chain_kernel", "Equivalent kernel", "The one kernel that does what the chain does"
        )
        left = QVBoxLayout()
        left.addWidget(self.list)
        left.addWidget(self.text)
        left.addStretch(1)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(left, 3)
        layout.addWidget(self.kernel_view, 2)

    def work(self, request: ToolRequest) -> Callable[[], ChainData]:
        """Convolve the kernels with one another and try the result on the picture."""
        return lambda: describe_chain(request.result)

    def show_data(self, data: ChainData) -> None:
        """Show the equivalent kernel, or why there is none."""
        self.list.setText(
            "  →  ".join(data.names) if data.names else "No kernel is switched on: output = input."
        )
        if data.kernel is None:
            self.kernel_view.clear_picture()
            self.text.setText(data.refusal)
            return
        show_matrix(self.kernel_view, data.kernel, "signed")
        self.text.setText(_sentences(data))


def describe_chain(result: FilterResult) -> ChainData:
    """Return what the enabled kernels of `result` amount to."""
    state = result.state
    kernels = [kernel_of(state, index) for index in state.enabled_links()]
    names = tuple(name_of(kernel) or UNNAMED for kernel in kernels)
    if not kernels:
        return ChainData(names, np.ones((1, 1)), name="Identity", difference=0.0)
    if state.stride != 1 or state.dilation != 1:
        return ChainData(
            names,
            None,
            refusal="With a stride or dilation no plain kernel equals the chain; set both to 1.",
        )
    equivalent = equivalent_kernel(kernels)
    # Beyond a border that wraps there is no border: one long way round is like the other.
    reach = (0, 0) if state.border == "circular" else border_reach(kernels)
    return ChainData(
        names,
        equivalent,
        name=name_of(equivalent) if max(equivalent.shape) <= 31 else "",
        reach=reach,
        difference=_difference(result, kernels, equivalent, reach),
    )


def _difference(
    result: FilterResult, kernels: list[np.ndarray], equivalent: np.ndarray, reach: tuple[int, int]
) -> float | None:
    """Return the largest difference of chain and equivalent where no border was read, if any."""
    import torch

    from engines.chain import apply_chain
    from engines.convolution import filter2d

    state = result.state
    image = torch.from_numpy(result.picture.values(state.color)).permute(2, 0, 1)
    inner = np.s_[:, reach[0] * 2 : -reach[0] * 2 or None, reach[1] * 2 : -reach[1] * 2 or None]
    if any(size <= 4 * margin for size, margin in zip(image.shape[1:], reach, strict=True)):
        return None
    options = {"operation": state.operation, "border": state.border}
    chained = apply_chain(image, kernels, **options)  # type: ignore[arg-type]
    single = filter2d(image, equivalent, **options)  # type: ignore[arg-type]
    # Even sides shift by half a pixel each; together they may differ by whole ones.
    shift = _shift(kernels, equivalent, state)
    moved = torch.roll(single, shift, dims=(1, 2))
    return float((chained - moved)[inner].abs().max())


def _shift(kernels: list[np.ndarray], equivalent: np.ndarray, state: KernelLabState) -> tuple:
    """Return by how many rows and columns the equivalent lies before the chain."""
    moves = []
    for axis in (0, 1):
        if state.operation == "correlation":
            before = sum((kernel.shape[axis] - 1) // 2 for kernel in kernels)
            moves.append(before - (equivalent.shape[axis] - 1) // 2)
        else:
            before = sum(kernel.shape[axis] // 2 for kernel in kernels)
            moves.append(before - equivalent.shape[axis] // 2)
    return tuple(moves)


def _sentences(data: ChainData) -> str:
    assert data.kernel is not None
    height, width = data.kernel.shape
    said = [f"One {height} × {width} kernel does the same"]
    if max(data.reach) > 0 and len(data.names) > 1:
        said[0] += (
            f", except within {max(data.reach)} pixels of the border, where a chain pads anew"
        )
    said[0] += "."
    if data.name:
        said.append(f"It is: {data.name}.")
    if data.difference is not None:
        said.append(f"Largest difference inside: {data.difference:.1e}.")
    return " ".join(said)
