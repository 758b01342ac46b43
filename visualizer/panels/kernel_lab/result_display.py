"""Puts pictures and results into the Kernel Lab's views."""

from __future__ import annotations

from visualizer.hover_link import CHANNELS, HoverLink, Sliding
from visualizer.panels.kernel_lab.compute import FilterResult
from visualizer.panels.kernel_lab.view import KernelLabView
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import ColorMode
from visualizer.state import KernelLabState
from widgets.number_text import short_count

TITLES = {
    "response": "Output",
    "difference": "Output − input",
    "operations": "Convolution − correlation",
}


class ResultDisplay:
    """Shows the input, the output and what the hover link needs to explain it."""

    def __init__(self, view: KernelLabView, hover: HoverLink) -> None:
        self._view, self._hover = view, hover
        view.channel_row.chosen.connect(lambda name: hover.set_channel(CHANNELS[3].index(name)))
        self._input_shown: tuple[Picture, ColorMode] | None = None

    def show_input(self, picture: Picture, color: ColorMode) -> None:
        """Show `picture` in the mode `color`."""
        if self._input_shown is not None:
            shown, mode = self._input_shown
            if shown is picture and mode == color:
                return
        self._input_shown = (picture, color)
        rendered = picture.rendered(color)
        self._view.set_picture_aspect(picture.image.width / picture.image.height)
        self._view.input_view.set_picture(
            rendered.pixels,
            picture.values(color),
            colors=rendered.colors,
            levels=rendered.levels,
        )

    def show_result(self, result: FilterResult) -> None:
        """Show `result`, and let the hover link explain it."""
        view, geometry, state = self._view, result.geometry, result.state
        view.output_view.set_overlay_text(None)
        view.output_view.set_title(TITLES[state.shown])
        view.output_view.set_picture(
            result.rendered.pixels,
            result.values,
            colors=result.rendered.colors,
            levels=result.rendered.levels,
            pixel_size=(geometry.step_y, geometry.step_x),
            origin=(geometry.origin_y, geometry.origin_x),
        )
        view.input_view.reserve_bar(result.rendered.colors != "rgb")
        sliding = Sliding(
            values=result.inputs,
            kernel=result.kernel,
            operation=state.operation,
            padding=state.padding,
            border=state.border,
            stride=state.stride,
            dilation=state.dilation,
            bias=state.bias,
            note=_note(result),
        )
        view.applied_grid.set_kernel(sliding.applied_kernel())
        view.applied_label.setText(_applied(state))
        view.channel_row.setVisible(sliding.values.shape[2] == 3)
        self._hover.set_sliding(sliding, result.values.shape[:2])

    def status(self, result: FilterResult) -> str:
        """Return the line for the status bar: sizes, method, cost and time."""
        image, geometry = result.picture.image, result.geometry
        rows, columns = result.kernel.shape
        parts = [f"{image.width} × {image.height} → {geometry.width} × {geometry.height}"]
        kernels = len(result.state.enabled_links())
        if kernels > 1:
            parts.append(f"{kernels} kernels, the last {rows} × {columns}")
        else:
            parts.append(f"{rows} × {columns} kernel")
        parts.append(f"{short_count(result.multiplications)} multiplications")
        parts.append(f"{result.method}, {result.milliseconds:.1f} ms")
        return "   ".join(parts)


def _applied(state: KernelLabState) -> str:
    turned = "turned by 180°" if state.operation == "convolution" else "as it is"
    enabled = state.enabled_links()
    if not enabled:
        return "No kernel is on: output = input"
    which = f"Kernel {enabled[-1] + 1}" if len(state.chain) > 1 else "Kernel"
    link = state.chain[enabled[-1]]
    rank = f"rank {min(link.rank, *link.array().shape)}, " if link.rank is not None else ""
    return f"{which} as applied: {rank}{turned}"


def _note(result: FilterResult) -> str:
    """Return what must be said beside the products because the output view shows something else."""
    said = []
    if len(result.state.enabled_links()) > 1:
        said.append(f"Kernel {result.number} reads the result of those before it.")
    if result.state.shown != "response":
        said.append(f"The view shows {TITLES[result.state.shown].lower()}.")
    return " ".join(said)
