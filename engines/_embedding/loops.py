"""The forces of t-SNE, one loop over all pairs: compiled and free of Python's lock."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np

# Sums may be taken in any order, which lets the loop run in the processor's vectors; NaN and
# infinity keep their meaning.
_ANY_ORDER = {"reassoc", "contract", "arcp", "nsz"}

_compiled: Callable[[Any], Any] = numba.njit(cache=True, nogil=True, fastmath=_ANY_ORDER)


@_compiled
def repel(across, up, forces):  # type: ignore[no-untyped-def]
    """Write Σ q² (y_i − y_j) into `forces` (2, N); returns Z = Σ q over ordered pairs i ≠ j.

    across, up: (N,) float32; q = 1 / (1 + |y_i − y_j|²).
    """
    total = 0.0
    one = np.float32(1)
    for i in range(len(across)):
        x, y = across[i], up[i]
        row = np.float32(0)
        force_x = np.float32(0)
        force_y = np.float32(0)
        for j in range(len(across)):
            dx, dy = x - across[j], y - up[j]
            q = one / (one + dx * dx + dy * dy)
            row += q
            force_x += q * q * dx
            force_y += q * q * dy
        total += row - one  # q = 1 for the pair with itself
        forces[0, i], forces[1, i] = force_x, force_y
    return total


@_compiled
def attract(starts, others, shares, across, up, forces):  # type: ignore[no-untyped-def]
    """Write Σ p q (y_i − y_j) into `forces` (2, N); returns −Σ p log q.

    starts, others, shares: the rows of p as CSR.
    """
    spread = 0.0
    for i in range(len(across)):
        force_x = 0.0
        force_y = 0.0
        for place in range(starts[i], starts[i + 1]):
            j = others[place]
            dx, dy = across[i] - across[j], up[i] - up[j]
            away = 1.0 + dx * dx + dy * dy
            force_x += shares[place] / away * dx
            force_y += shares[place] / away * dy
            spread += shares[place] * np.log(away)
        forces[0, i], forces[1, i] = force_x, force_y
    return spread
