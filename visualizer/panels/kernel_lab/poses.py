"""The states of the Kernel Lab that are worth a picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from engines import kernel_families
from engines.kernels import PRESETS
from visualizer.state import ChainLink, KernelLabState, Recipe, ToolsState, matrix_of

if TYPE_CHECKING:
    from visualizer.panels.kernel_lab.panel import KernelLabPanel

# tool → the kernel that shows what it is for.
TOOL_KERNELS = {
    "profile": "Sobel x",
    "histogram": "Sharpen",
    "spectrum": "Box 5×5",
    "rank": "Laplacian 8",
    "noise": "Gaussian 5×5",
    "match": "Identity",
    "cost": "Gaussian 5×5",
}


def poses_of(panel: KernelLabPanel) -> Mapping[str, Callable[[], None]]:
    """Return how `panel` takes each pose, by name."""
    poses: dict[str, Callable[[], None]] = {"": partial(_explain_a_pixel, panel)}
    poses["pixels"] = partial(_zoom_in, panel)
    for tool in panel.toolbox.tools:
        poses[tool] = partial(_show_tool, panel, tool)
    return poses


def _explain_a_pixel(panel: KernelLabPanel) -> None:
    """Explain a pixel near the middle, where a sample picture has structure."""
    if panel.result is not None:
        height, width = panel.result.values.shape[:2]
        panel.hover.point_at("output", height * 2 // 5, width // 2)


def _zoom_in(panel: KernelLabPanel) -> None:
    """Come so close that the pixels show their values."""
    if panel.result is not None:
        height, width = panel.result.values.shape[:2]
        panel.view.input_view.zoom_to(height * 2 // 5, width // 2, 12)


def _show_tool(panel: KernelLabPanel, tool: str) -> None:
    """Open `tool` with a kernel that it has something to say about."""
    panel.view.input_view.fit()
    panel.hover.release()
    panel.edits.apply(_state_for(panel.state, tool), f"tool {tool}")


def _state_for(state: KernelLabState, tool: str) -> KernelLabState:
    if tool == "chain":
        chain = tuple(_preset(name) for name in ("Gaussian 5×5", "Sobel x"))
    elif tool == "shape":
        family = kernel_families.FAMILIES["gaussian"]
        recipe = Recipe(family=family.name, values=tuple(family.defaults().items()))
        made = kernel_families.make(family.name, {})
        chain = (state.with_kernel(made, recipe).link,)
    else:
        chain = (_preset(TOOL_KERNELS[tool]),)
    return state.replace(chain=chain, selected=0, tools=ToolsState(open=tool))


def _preset(name: str) -> ChainLink:
    return ChainLink(kernel=matrix_of(PRESETS[name].values))
