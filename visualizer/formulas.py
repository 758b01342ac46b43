"""LaTeX to SVG, for `widgets.formula_label`. Takes some 40 ms a formula: call it in a job."""

from __future__ import annotations

import re
from functools import lru_cache

MARGIN = 0.25  # around a formula, in heights of its letters
_BOX = re.compile(r'width="([\d.]+)" height="([\d.]+)" viewBox="([-\d.]+) ([-\d.]+) [\d.]+ [\d.]+"')


@lru_cache(maxsize=256)
def typeset(latex: str, color: str, points: float) -> bytes:
    """Return `latex` as SVG in `color` (any CSS colour), letters about `points` high."""
    import ziamath

    ziamath.config.svg2 = False  # QtSvg draws no <symbol>
    # ziamath counts in pixels; 96 of them are 72 points.
    size = points * 96 / 72
    return _with_margin(ziamath.Latex(latex, size=size, color=color).svg(), MARGIN * size).encode()


def _with_margin(svg: str, margin: float) -> str:
    """Return `svg` with room around: ziamath's box is too tight above fractions and at the end."""

    def wider(found: re.Match[str]) -> str:
        width, height, left, top = map(float, found.groups())
        width, height = width + 2 * margin, height + 2 * margin
        left, top = left - margin / 2, top - margin
        return (
            f'width="{width:.3f}" height="{height:.3f}" '
            f'viewBox="{left:.3f} {top:.3f} {width:.3f} {height:.3f}"'
        )

    return _BOX.sub(wider, svg, count=1)
