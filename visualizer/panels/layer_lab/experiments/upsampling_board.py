"""The checkerboard of a transposed convolution: its cause, its closed form, its cures."""

from __future__ import annotations

import numpy as np

from visualizer.panels.layer_lab.experiment import Given
from visualizer.panels.layer_lab.experiments.upsampling_layers import (
    SMALL,
    TITLES,
    method_of,
    row_of,
    start_of,
    trace_of,
)
from visualizer.panels.layer_lab.pieces import Curves, Found, Line, Maps, Say

FLAT_SIDE = 5  # pixels of the flat map
LARGEST_KERNEL = 9


def find_checkerboard(given: Given) -> Found:
    """Return the overlaps, a flat map and the map at hand through the layer, and the cures."""
    import torch

    from engines.layers import measured, overlap_counts, resize_convolution, transposed_convolution

    start, row, factor = start_of(given), row_of(given), given["factor"]
    colour = given.in_colour
    method = method_of(given, start, "transposed")
    assert method is not None
    counts = overlap_counts(FLAT_SIDE, len(row), factor)
    flat = transposed_convolution(torch.ones(1, FLAT_SIDE, FLAT_SIDE), row, factor)
    result = method.run(start.small)
    return Found(
        pieces=(
            Maps(SMALL, start.small.numpy(), colour=colour),
            Maps(
                TITLES["transposed"], result.numpy(), colour=colour,
                trace=trace_of(given, start.small.numpy()), source=SMALL,
            ),
            Maps(
                "Resize, then convolve", resize_convolution(start.small, row, factor).numpy(),
                colour=colour, note="The same kernel at every place: no checkerboard.",
            ),
            Maps(
                "How many windows overlap", torch.outer(counts, counts)[None].float().numpy(),
                note=f"Of a map of {FLAT_SIDE} × {FLAT_SIDE}, in closed form.",
            ),
            Maps("A flat map of ones becomes", flat.numpy(), note="Borders get less."),
            _curves(given),
            Say(_said(given)),
        ),
        shape_in=tuple(start.small.shape),
        shape_out=tuple(result.shape),
        parameters=method.parameters,
        macs=method.macs,
        seconds=measured(lambda: method.run(start.small)),
        result=TITLES["transposed"],
    )  # fmt: skip


def _curves(given: Given) -> Curves:
    """Return the unevenness of every kernel size, for both kinds of weights."""
    from engines.layers import transposed_weights, unevenness

    factor = given["factor"]
    sizes = np.arange(factor, LARGEST_KERNEL + 1)

    def line(title: str, kind: str) -> Line:
        values = [
            unevenness(transposed_weights(kind, int(size), factor), factor)  # type: ignore[arg-type]
            for size in sizes
        ]
        return Line(title, sizes.astype(float), 100 * np.array(values), dots=True)

    return Curves(
        "Unevenness by kernel size", "kernel size", "unevenness (%)",
        (line("uniform weights", "uniform"), line("bilinear weights", "bilinear")),
        whole_x=True,
        marks=((float(given["size"]), "here"),) if given["size"] >= factor else (),
        note=f"(largest − smallest) / mean on a flat map. 0 where {factor} divides the size.",
    )  # fmt: skip


def _said(given: Given) -> str:
    from engines.layers import measured_unevenness, unevenness

    size, factor, row = given["size"], given["factor"], row_of(given)
    closed, seen = unevenness(row, factor), measured_unevenness(row, factor)
    numbers = f"unevenness {closed:.1%} in closed form, {seen:.1%} measured on a flat map"
    if size < factor:
        return f"A kernel of {size} leaves gaps at stride {factor}: {numbers}. Take a larger one."
    if closed > 1e-6:
        return (
            f"{factor} does not divide {size}, so that some places are painted on more than "
            f"others: {numbers}. Cures: a kernel of {factor} or {2 * factor}, bilinear weights of "
            f"{2 * factor - 1} or {2 * factor}, or resizing before convolving."
            if size % factor
            else f"These weights do not add up evenly: {numbers}. Take uniform ones, or bilinear "
            f"ones of {2 * factor - 1} or {2 * factor}."
        )
    why = f"{factor} divides {size}" if size % factor == 0 else "bilinear weights make up for it"
    return f"No checkerboard, since {why}: {numbers}."
