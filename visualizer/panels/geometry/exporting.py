"""Writing what is shown: animation, figure and numbers."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize
from PySide6.QtGui import QFont, QImage, QPainter
from PySide6.QtSvg import QSvgGenerator

from engines import geometry
from engines.atomic_write import atomic_write, check_place
from engines.errors import EngineError
from visualizer.panels.geometry.compute import GeometryResult
from visualizer.panels.geometry.figure import Figure, figure_image, figure_size, paint_figure
from visualizer.panels.geometry.pointing import input_marks
from visualizer.panels.geometry.stacks import layer_name, layers_of
from visualizer.panels.geometry.state import GeometryState
from widgets.cell_map import GridMarks
from widgets.number_text import format_number

MOST_FRAMES = 400
MOST_TERMS = 9


def figure_of(
    result: GeometryResult, state: GeometryState, cell: tuple[int, int], *, fill: bool = False
) -> Figure:
    """Return the figure of one position. fill: only the outputs made so far."""
    row, column = cell
    taps = result.output_taps(row, column, state.channel, state.filter)
    after = row * result.outputs.shape[2] + column + 1
    revealed = state.predict.reveals((state.filter, row, column))
    return Figure(
        result.input_title(state),
        result.input_cells(state.channel),
        input_marks(taps),
        result.output_title(state),
        result.output_cells(state.filter, state),
        GridMarks(cell=cell, covered_from=after if fill else None),
        (_sum_line(result, state, row, column) if revealed else f"y({row}, {column}) = ?",),
    )


def _sum_line(result: GeometryResult, state: GeometryState, row: int, column: int) -> str:
    total = _said(float(result.outputs[state.filter, row, column]))
    taps = result.output_taps(row, column, state.channel, state.filter)
    if result.weights is None or len(result.inputs) > 1 or taps.products.size > MOST_TERMS:
        said = result.sums_text(row, column, state.filter)
        return said or f"y({row}, {column}) = {total}"
    terms = [
        f"{_said(value)}·{_bracketed(weight)}"
        for value, weight in zip(taps.values.ravel(), taps.weights.ravel(), strict=True)
    ]
    return f"y({row}, {column}) = {' + '.join(terms)} = {total}"


def _said(value: float) -> str:
    return format_number(float(value), 6).replace("-", "−")


def _bracketed(value: float) -> str:
    text = _said(value)
    return f"({text})" if text.startswith("−") else text


# -- still ----------------------------------------------------------------------------------


def save_figure(path: Path, figure: Figure, font: QFont) -> None:
    """Write `figure` to `path`: SVG with text as text, or PNG at twice the size."""
    size = figure_size(figure, font)
    data = _svg(figure, size, font) if path.suffix.lower() == ".svg" else _png(figure, size, font)
    with atomic_write(path) as file:
        file.write(data)


def _svg(figure: Figure, size: QSize, font: QFont) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    generator.setTitle(f"{figure.input_title} → {figure.output_title}")
    painter = QPainter(generator)
    paint_figure(painter, size, figure, font, vector=True)
    painter.end()
    buffer.close()
    return bytes(data.data())


def _png(figure: Figure, size: QSize, font: QFont) -> bytes:
    image = QImage(size * 2, QImage.Format.Format_RGB888)
    painter = QPainter(image)
    painter.scale(2, 2)
    paint_figure(painter, size, figure, font, vector=False)
    painter.end()
    return _encoded(_pillow(image))


def _pillow(image: QImage) -> Image.Image:
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    pixels = rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3)
    return Image.fromarray(pixels.copy())


def _encoded(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


# -- moving ---------------------------------------------------------------------------------


def frame_cells(result: GeometryResult) -> list[tuple[int, int]]:
    """Return the positions that become frames: all, or evenly chosen ones if they are many."""
    rows, columns = result.layout.shape
    count = rows * columns
    chosen = np.unique(np.linspace(0, count - 1, min(count, MOST_FRAMES)).round().astype(int))
    return [divmod(int(place), columns) for place in chosen]


def write_animation(
    path: Path, result: GeometryResult, state: GeometryState, font: QFont, *, speed: int
) -> Iterator[tuple[int, int]]:
    """Write the positions one after the other; yields (done, of).

    A path that ends in .gif becomes an animation of `speed` frames a second that repeats; one that
    ends in .png a series of numbered files beside it.
    """
    cells = frame_cells(result)
    _check_place(path, len(cells))
    fill = not state.predict.on
    size = None
    frames: list[Image.Image] = []
    series = path.suffix.lower() == ".png"
    for number, cell in enumerate(cells, start=1):
        figure = figure_of(result, state, cell, fill=fill)
        size = size or figure_size(figure, font)
        frame = _pillow(figure_image(figure, font, size))
        if series:
            with atomic_write(series_path(path, number, len(cells))) as file:
                file.write(_encoded(frame))
        else:
            frames.append(frame.quantize(128))
        yield number, len(cells)
    if not series:
        _write_gif(path, frames, speed)


def series_path(path: Path, number: int, count: int) -> Path:
    """Return the file of picture `number`, from 1 on, of a series of `count`."""
    digits = max(3, len(str(count)))
    return path.with_name(f"{path.stem}-{number:0{digits}d}.png")


def _check_place(path: Path, count: int) -> None:
    """Raise an EngineError before the long work where the files could not be written after it.

    The person agreed to `path` alone; a series must not replace pictures of other names.
    """
    check_place(path)
    if path.suffix.lower() == ".png":
        there = [at for n in range(1, count + 1) if (at := series_path(path, n, count)).exists()]
        if there:
            raise EngineError(
                f"{there[0].name} is already in {path.parent}, and would be replaced. Choose "
                "another name, or move the earlier pictures away."
            )


def _write_gif(path: Path, frames: list[Image.Image], speed: int) -> None:
    if not frames:
        raise EngineError("There is no position to animate.")
    buffer = io.BytesIO()
    shown = max(20, round(1000 / speed))  # viewers slow down what is quicker than 50 a second
    frames[0].save(
        buffer, "GIF", save_all=True, append_images=frames[1:], loop=0,
        duration=[shown] * (len(frames) - 1) + [max(1500, shown)],
    )  # fmt: skip
    with atomic_write(path) as file:
        file.write(buffer.getvalue())


# -- numbers --------------------------------------------------------------------------------


def as_latex(result: GeometryResult, state: GeometryState) -> str:
    """Return input, kernel, output, sizes and the stack in LaTeX."""
    parts = [
        f"% {name}\n\\[ {symbol} = {geometry.latex_matrix(values)} \\]"
        for name, symbol, values in _named(result, state)
    ]
    parts += [f"\\[ {latex} \\]" for latex, _ in result.formulas]
    stack = _stack(state)
    if stack:
        parts.append(geometry.stack_latex(*stack))
    return "\n\n".join(parts) + "\n"


def as_markdown(result: GeometryResult, state: GeometryState) -> str:
    """Return input, kernel, output, sizes and the stack in Markdown."""
    parts = [
        f"**{name}**\n\n{geometry.markdown_matrix(values)}"
        for name, _, values in _named(result, state)
    ]
    parts += [
        f"{name}: {plain}"
        for name, (_, plain) in zip(("Rows", "Columns"), result.formulas, strict=True)
    ]
    stack = _stack(state)
    if stack:
        parts.append("**Stack**\n\n" + geometry.stack_markdown(*stack))
    return "\n\n".join(parts) + "\n"


def _named(result: GeometryResult, state: GeometryState) -> list[tuple[str, str, np.ndarray]]:
    named = [
        (f"Input, channel {n}" if len(result.inputs) > 1 else "Input", "x", sheet)
        for n, sheet in enumerate(result.inputs, start=1)
    ]
    if result.weights is not None:
        named += [
            (f"Kernel of filter {f}, channel {c}" if result.weights[..., 0, 0].size > 1
             else "Kernel", "w", sheet)
            for f, sheets in enumerate(result.weights, start=1)
            for c, sheet in enumerate(sheets, start=1)
        ]  # fmt: skip
    if state.predict.on:
        return named  # the numbers are still to be found
    return named + [
        (f"Output {n}" if len(result.outputs) > 1 else "Output", "y", sheet)
        for n, sheet in enumerate(result.outputs, start=1)
    ]


def _stack(state: GeometryState) -> tuple[list[str], list[geometry.StackRow]] | None:
    """Return the stack's names and rows where its tool is open, else None."""
    if state.tool != "stack" or not state.stack.layers:
        return None
    rows = geometry.stack_table(state.stack.size, layers_of(state.stack))
    return [layer_name(layer) for layer in state.stack.layers], rows
