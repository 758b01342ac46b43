"""The panel's numbers as NumPy source, for the clipboard."""

from __future__ import annotations

import numpy as np

from visualizer.panels.signals.compute import Result

COPIES = {
    "f": "Copy f",
    "g": "Copy g",
    "product": "Copy the products at t",
    "output": "Copy the output",
}


def numpy_text(result: Result, what: str) -> str:
    """Return one of COPIES as an assignment that NumPy reads, with its time axis in a comment."""
    slid = result.slide
    arrays = {
        "f": (result.f.values, result.f.start),
        "g": (result.g.values, result.g.start),
        "product": (slid.product, slid.tau[0] if len(slid.tau) else slid.t),
        "output": (result.output.values, result.output.start),
    }
    values, start = arrays[what]
    with np.printoptions(threshold=values.size + 1, floatmode="unique"):
        body = np.array2string(values, separator=", ")
    axis = f"# from {start:g}, every {result.f.step:g} {result.unit}"
    return f"{what} = np.array({body})  {axis}\n"
