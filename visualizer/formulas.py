"""LaTeX to SVG, for `widgets.formula_label`. Takes some 40 ms a formula: call it in a job."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=256)
def typeset(latex: str, color: str, points: float) -> bytes:
    """Return `latex` as SVG in `color` (any CSS colour), letters about `points` high."""
    import ziamath

    ziamath.config.svg2 = False  # QtSvg draws no <symbol>
    # ziamath counts in pixels; 96 of them are 72 points.
    return ziamath.Latex(latex, size=points * 96 / 72, color=color).svg().encode()
