"""Direct, FFT and Winograd: the same convolution with other arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from visualizer.panels.layer_lab.controls import Choice, Numbers, Slider
from visualizer.panels.layer_lab.experiment import Experiment, Given
from visualizer.panels.layer_lab.experiments.fast_convolution_study import study
from visualizer.panels.layer_lab.pieces import (
    Curves,
    Formula,
    Found,
    Line,
    Maps,
    Matrix,
    Piece,
    Say,
    Table,
    Trace,
)

# No power of two among the numbers, so that each precision must round.
KERNEL = ((0.1, 0.4, -0.3), (0.7, 1.0, -0.6), (-0.2, 0.3, 0.1))
TILES = (2, 4, 6)
PRECISIONS = ("float16", "float32", "float64")
FORMULA = Formula(
    r"Y = A^T\,\left[\,(G\,g\,G^T) \odot (B^T\,d\,B)\,\right] A",
    "Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A",
)


def find(given: Given) -> Found:
    """Return one tile step by step, or how exact each tile size is."""
    from engines.convolution import filter2d
    from engines.layers import measured

    plane, kernel = _plane(given), _kernel(given)
    height, width = (side - 2 for side in plane.shape)
    pieces, result = (_tile if given["view"] == "tile" else _accuracy)(given, plane, kernel)
    return Found(
        pieces,
        shape_in=(1, *plane.shape),
        shape_out=(1, height, width),
        parameters=9,
        macs=9 * height * width,
        seconds=measured(lambda: filter2d(plane, kernel, padding="valid", method="direct")),
        result=result,
    )


def _channel(given: Given) -> int:
    return min(int(given["channel"]), given.maps.shape[0] - 1)


def _plane(given: Given) -> np.ndarray:
    from engines.errors import LayerError

    plane = given.maps[_channel(given)]
    if min(plane.shape) < 3:
        raise LayerError(
            f"A kernel of 3 × 3 is larger than the map of {plane.shape[0]} × {plane.shape[1]}. "
            "Take a larger map or crop."
        )
    return plane


def _kernel(given: Given) -> np.ndarray:
    from engines.errors import LayerError

    kernel = np.asarray(given["kernel"], float)
    if kernel.shape != (3, 3):
        raise LayerError(
            f"F(2×2, 3×3) takes a kernel of 3 × 3, and this one has {kernel.shape[0]} × "
            f"{kernel.shape[1]}. Make it 3 × 3."
        )
    return kernel


def _place(given: Given, plane: np.ndarray) -> tuple[int, int]:
    """Return the first row and column of the tile, which lies on the map."""
    row, column = (
        2 * min(int(given[name]), (side - 1) // 2 - 1)
        for name, side in zip(("row", "column"), plane.shape, strict=True)
    )
    return row, column


def _tile(given: Given, plane: np.ndarray, kernel: np.ndarray) -> tuple[tuple[Piece, ...], str]:
    from engines.layers import direct_filter, winograd_filter, winograd_tile, winograd_transforms

    transforms = winograd_transforms(2)
    to_input, to_kernel, to_output = transforms.arrays()
    row, column = _place(given, plane)
    grown = np.pad(plane, ((0, 1), (0, 1))).astype(float)  # an odd side's last tile hangs over
    tile = grown[row : row + 4, column : column + 4]
    made, direct = winograd_tile(tile, kernel, transforms), direct_filter(tile, kernel)
    away = float(np.abs(made.outputs - direct).max())

    def trace(_channel: int, at_row: int, at_column: int) -> Trace:
        return _trace(grown, kernel, at_row, at_column)

    pieces = (
        Maps("Input", plane[None], note=f"Channel {_channel(given)}; point at the output."),
        Maps(
            "Filtered",
            winograd_filter(plane, kernel, 2)[None].astype(np.float32),
            trace=trace,
            source="Input",
            note="Every 2 × 2 outputs share the 16 products of one 4 × 4 tile.",
        ),
        Matrix("Tile d", tile, note=f"Rows {row}–{row + 3}, columns {column}–{column + 3}."),
        Matrix("V = Bᵀ d B", made.tile, note="Only additions: Bᵀ has no other numbers than 0, ±1."),
        Matrix("U = G g Gᵀ", made.kernel, note="Once for all tiles."),
        Matrix("M = U ⊙ V", made.products, note="The 16 multiplications."),
        Matrix("Y = Aᵀ M A", made.outputs, note="Four outputs, by additions."),
        Matrix("Directly", direct, note=f"36 multiplications; the difference is {away:.1e}."),
        Matrix("Bᵀ", to_input),
        Matrix("G", to_kernel),
        Matrix("Aᵀ", to_output),
        _counts(plane),
        FORMULA,
        Say(
            "16 multiplications give the 4 outputs that take 36 directly, 2.25 times fewer. It "
            "works for small kernels at stride 1."
        ),
    )
    return pieces, "Y = Aᵀ M A"


def _trace(grown: np.ndarray, kernel: np.ndarray, row: int, column: int) -> Trace:
    """Return which of the 16 products an output adds and subtracts."""
    from engines.layers import winograd_tile, winograd_transforms

    transforms = winograd_transforms(2)
    to_output = transforms.arrays()[2]
    top, left = row - row % 2, column - column % 2
    made = winograd_tile(grown[top : top + 4, left : left + 4], kernel, transforms)
    signs = np.outer(to_output[row % 2], to_output[column % 2])
    products = tuple(
        (f"M[{i},{j}]", float(made.products[i, j]), float(signs[i, j]))
        for i, j in zip(*np.nonzero(signs), strict=True)
    )
    height, width = (side - 1 for side in grown.shape)
    window = (top, left, min(4, height - top), min(4, width - left))
    return Trace((window,), float(made.outputs[row % 2, column % 2]), products)


def _counts(plane: np.ndarray) -> Table:
    from engines.convolution import operation_count

    outputs = (plane.shape[0] - 2) * (plane.shape[1] - 2)
    rows = []
    for method, name in (("direct", "direct"), ("winograd", "Winograd"), ("fft", "FFT")):
        count = operation_count(*plane.shape, 3, 3, padding="valid", method=method)
        rows.append((name, f"{count.multiplications:,}", f"{count.multiplications / outputs:.2f}"))
    return Table("The whole map", ("method", "multiplications", "per output"), tuple(rows))


def _accuracy(given: Given, plane: np.ndarray, kernel: np.ndarray) -> tuple[tuple[Piece, ...], str]:
    from engines.layers import direct_filter, winograd_filter

    exact = direct_filter(plane.astype(float), kernel)
    largest = float(np.abs(exact).max()) or 1.0
    made: dict[tuple[int, str], np.ndarray] = {}
    for precision in PRECISIONS:
        rounded = plane.astype(precision)
        made[1, precision] = direct_filter(rounded, kernel)
        for outputs in TILES:
            made[outputs, precision] = winograd_filter(rounded, kernel, outputs)
    errors = {how: float(np.abs(one - exact).max()) / largest for how, one in made.items()}
    outputs = int(given["outputs"])
    difference = made[outputs, given["precision"]] - exact
    name = f"F({outputs}×{outputs}, 3×3)"
    pieces = (
        Maps(
            "Filtered",
            made[outputs, "float32"][None].astype(np.float32),
            note=f"By {name} in float32.",
        ),
        Maps(
            f"Error of {name} in {given['precision']}",
            difference[None].astype(np.float32),
            signed=True,
            note=f"At most {_written(errors[outputs, given['precision']])} of the largest output.",
        ),
        _error_table(errors),
        _error_curves(errors),
        FORMULA,
        Say(_notice(errors)),
    )
    return pieces, "Filtered"


def _written(error: float) -> str:
    return f"{error:.1e}" if np.isfinite(error) else "overflow"


def _error_table(errors: Mapping[tuple[int, str], float]) -> Table:
    from engines.layers import multiplications_per_output, winograd_transforms

    rows = []
    for outputs in (1, *TILES):
        numbers = np.abs(winograd_transforms(outputs).arrays()[0]).max() if outputs > 1 else 1
        rows.append(
            (
                "direct" if outputs == 1 else f"F({outputs}×{outputs}, 3×3)",
                f"{multiplications_per_output(outputs):.2f}",
                f"{numbers:g}",
                *(_written(errors[outputs, precision]) for precision in PRECISIONS),
            )
        )
    return Table(
        "Largest error ÷ largest output",
        ("method", "× per output", "max |Bᵀ|", *PRECISIONS),
        tuple(rows),
        note="Against direct filtering in float64; every operation rounded.",
    )


def _error_curves(errors: Mapping[tuple[int, str], float]) -> Curves:
    lines = []
    for precision in PRECISIONS:
        found = [errors[outputs, precision] for outputs in TILES]
        # Neither 0 nor an overflow has a place on a logarithmic axis.
        if min(found) > 0 and np.isfinite(found).all():
            lines.append(Line(precision, np.array(TILES), np.array(found), dots=True))
    return Curves(
        "Larger tiles are less exact", "outputs of a tile along one axis",
        "largest error ÷ largest output", tuple(lines), log_y=True, whole_x=True,
    )  # fmt: skip


def _notice(errors: Mapping[tuple[int, str], float]) -> str:
    worst = errors[6, "float16"]
    if not np.isfinite(worst):
        return "In float16 the numbers between grow beyond 65,504, the largest there is: no result."
    factor = worst / max(errors[2, "float16"], 1e-12)
    return (
        f"F(6×6, 3×3) needs 1.78 multiplications an output instead of 9, but in float16 it is off "
        f"by {worst:.1%} of the largest output, {factor:.0f} times as much as F(2×2, 3×3)."
    )


def code(given: Given) -> str:
    """Return the PyTorch of it."""
    from engines.layers import winograd_transforms

    outputs = 2 if given["view"] == "tile" else int(given["outputs"])
    arrays = winograd_transforms(outputs).arrays()
    lines = ["import torch", "from torch.nn import functional", ""]
    for name, rows in zip(("to_input", "to_kernel", "to_output"), arrays, strict=True):
        lines += [f"{name} = torch.tensor({rows.tolist()}).double()"]
    lines += [f"kernel = torch.tensor({np.asarray(given['kernel']).tolist()}).double()"]
    lines += [f"plane = x[0, {_channel(given)}].double()"]
    if given["view"] == "tile":
        row, column = _place(given, given.maps[0])
        lines += [
            "plane = functional.pad(plane, (0, 1, 0, 1))  # where the last tile hangs over",
            f"tiles = plane[{row} : {row + 4}, {column} : {column + 4}]",
        ]
    else:
        lines += [
            "height, width = plane.shape[0] - 2, plane.shape[1] - 2",
            f"right, below = -width % {outputs}, -height % {outputs}",
            "plane = functional.pad(plane, (0, right, 0, below))  # whole tiles",
            f"size, step = {outputs + 2}, {outputs}",
            "tiles = plane.unfold(0, size, step).unfold(1, size, step)",
        ]
    lines += [
        "products = (to_kernel @ kernel @ to_kernel.T) * (to_input @ tiles @ to_input.T)",
        "result = to_output @ products @ to_output.T",
    ]
    if given["view"] != "tile":
        lines += [
            "result = result.transpose(1, 2).flatten(2).flatten(0, 1)[:height, :width].float()"
        ]
    return "\n".join([*lines, ""])


def relevant(values: Mapping[str, Any]) -> set[str]:
    """Return the controls that matter."""
    tile = {"row", "column"} if values["view"] == "tile" else {"outputs", "precision"}
    return {"view", "channel", "kernel", "side", "taps"} | tile


EXPERIMENT = Experiment(
    name="fast_convolution",
    title="Direct, FFT and Winograd",
    topic="A20",
    question="How do 16 multiplications do the work of 36, and what do they cost in accuracy?",
    controls=(
        Choice("view", "Show", (
            ("tile", "One tile step by step"), ("accuracy", "Accuracy by tile and precision"),
        ), "tile", tooltip="Winograd's way, or how exact it is"),
        Slider("row", "Tile row", 0, 63, 16, tooltip="Tiles lie 2 apart; at most the last one"),
        Slider("column", "Tile column", 0, 63, 12, tooltip="Tiles lie 2 apart; at most the last"),
        Choice("outputs", "Tile", tuple((str(m), f"F({m}×{m}, 3×3)") for m in TILES), "4",
               tooltip="How many outputs a tile gives"),
        Choice("precision", "Precision", tuple((one, one) for one in PRECISIONS), "float16",
               tooltip="Of every operation, for the map of errors"),
        Slider("channel", "Channel", 0, 63, 0, tooltip="The last one where there are fewer"),
        Numbers("kernel", "Kernel g", KERNEL, tooltip="3 × 3 numbers"),
        Slider("side", "Measured picture", 64, 512, 256, suffix=" px",
               tooltip="Its side, while the kernel grows"),
        Slider("taps", "Measured kernel", 3, 31, 9, tooltip="Its side, while the picture grows"),
    ),
    find=find,
    code=code,
    study=study,
    study_title="Measure on this machine",
    relevant=relevant,
)  # fmt: skip
