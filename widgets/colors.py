"""The one colour policy: which colours numbers are painted in, and the marks laid over them."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QColor

Colors = Literal["rgb", "grey", "magnitude", "signed"]


def _map_lut(name: str) -> np.ndarray:
    """Return the named colour map as (256, 3) uint8."""
    table = pg.colormap.get(name).getLookupTable(0.0, 1.0, 256, alpha=False)
    return np.ascontiguousarray(table, dtype=np.uint8)


# The diverging map in Oklab (Ottosson, 2020): (lightness, chroma) runs along one quadratic Bézier
# curve from neutral to the end, for both hues alike, so that −x and +x are equally conspicuous.
_NEUTRAL, _BEND, _END = (0.95, 0.0), (0.68, 0.22), (0.30, 0.12)
_BLUE_HUE, _RED_HUE = 262.0, 27.0


def _arm(hue: float) -> np.ndarray:
    """Return 128 colours from neutral to the end of `hue`, in equal Oklab steps: (128, 3) uint8."""
    u = np.linspace(0.0, 1.0, 4001)[:, None]
    curve = (1 - u) ** 2 * np.array(_NEUTRAL) + 2 * u * (1 - u) * np.array(_BEND)
    curve += u**2 * np.array(_END)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    even = np.linspace(0.0, way[-1], 128)
    lightness, chroma = (np.interp(even, way, curve[:, axis]) for axis in (0, 1))
    angle = math.radians(hue)
    lab = np.stack([lightness, chroma * math.cos(angle), chroma * math.sin(angle)], axis=1)
    return _oklab_to_srgb(lab)


def _oklab_to_srgb(lab: np.ndarray) -> np.ndarray:
    """Return sRGB bytes of Oklab colours (n, 3); matrices of bottosson.github.io/posts/oklab."""
    to_lms = np.array(
        [
            [1.0, 0.3963377774, 0.2158037573],
            [1.0, -0.1055613458, -0.0638541728],
            [1.0, -0.0894841775, -1.2914855480],
        ]
    )
    to_rgb = np.array(
        [
            [4.0767416621, -3.3077115913, 0.2309699292],
            [-1.2684380046, 2.6097574011, -0.3413193965],
            [-0.0041960863, -0.7034186147, 1.7076147010],
        ]
    )
    linear = np.clip((lab @ to_lms.T) ** 3 @ to_rgb.T, 0.0, 1.0)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.round(encoded * 255.0).astype(np.uint8)


def _frozen(table: np.ndarray) -> np.ndarray:
    table.flags.writeable = False
    return table


# Viridis (van der Walt and Smith, 2015): uniform in lightness, readable without colour vision.
MAGNITUDE: np.ndarray = _frozen(_map_lut("viridis"))
# Blue below zero, red above, equally dark at both ends: the sign survives for colour-blind eyes,
# the size in black and white. 256 colours have no middle one: zero lies between the 127th and
# the 128th, which are the same neutral, whichever of them rounding picks.
SIGNED: np.ndarray = _frozen(np.concatenate([_arm(_BLUE_HUE)[::-1], _arm(_RED_HUE)]))
GREY: np.ndarray = _frozen(np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1))

# Marks are two lines, a dark one under a light one: one of the two shows on any picture.
OUTLINE_UNDER = QColor(0, 0, 0, 210)
WINDOW_OUTLINE = QColor(255, 179, 0)
MARKER_OUTLINE = QColor(255, 255, 255)
NOT_A_NUMBER = QColor(128, 128, 128)


def color_table(colors: Colors) -> np.ndarray:
    """Return the 256 colours of the kind `colors`, (256, 3) uint8, read-only; "rgb" has greys."""
    tables = {"rgb": GREY, "grey": GREY, "magnitude": MAGNITUDE, "signed": SIGNED}
    if colors not in tables:
        raise ValueError(f"unknown colours {colors!r}: choose one of {', '.join(tables)}")
    return tables[colors]


def signed_lut() -> np.ndarray:
    """Return a writable copy of the diverging colours, (256, 3) uint8; zero is between 127, 128."""
    return SIGNED.copy()


def signed_color(value: float, limit: float) -> QColor:
    """Return the colour of `value` where −limit…limit spans the diverging map.

    Values beyond ±limit take the end colours, NaN a mid grey; without a positive finite `limit`
    everything is neutral.
    """
    if math.isnan(value):
        return QColor(NOT_A_NUMBER)
    share = value / limit if limit > 0 and math.isfinite(limit) else 0.0
    share = min(1.0, max(-1.0, share))
    red, green, blue = SIGNED[min(255, int(share * 127.5 + 128.0))].tolist()
    return QColor(red, green, blue)


def quantize(values: np.ndarray, levels: tuple[float, float]) -> np.ndarray:
    """Return `values` as uint8 of the same shape: levels[0] becomes 0, levels[1] becomes 255.

    Values beyond the levels are clipped, NaN becomes 0; equal levels give 0 throughout.
    """
    low, high = levels
    scale = 255.0 / (high - low) if high > low else 0.0
    shares = np.nan_to_num((np.asarray(values, dtype=np.float64) - low) * scale, nan=0.0)
    return (np.clip(shares, 0.0, 255.0) + 0.5).astype(np.uint8)


def relative_luminance(rgb: np.ndarray) -> np.ndarray:
    """Return the WCAG 2 relative luminance, 0…1, of sRGB colours `rgb` (…, 3), 0…255."""
    return _LINEAR[np.asarray(rgb, dtype=np.uint8)] @ np.array([0.2126, 0.7152, 0.0722])


def is_light(rgb: np.ndarray) -> np.ndarray:
    """Return, for colours (…, 3) in 0…255, whether black text reads better on them than white."""
    # (L + 0.05) / 0.05 > 1.05 / (L + 0.05), the two WCAG contrast ratios, solved for L.
    return relative_luminance(rgb) > math.sqrt(1.05 * 0.05) - 0.05


def text_color_on(background: QColor) -> QColor:
    """Return black or white, whichever reads better on `background` (contrast at least 4.5)."""
    rgb = np.array([background.red(), background.green(), background.blue()])
    return QColor(0, 0, 0) if is_light(rgb) else QColor(255, 255, 255)


def _linear_table() -> np.ndarray:
    """Return linear light, 0…1, for each of the 256 sRGB byte values (IEC 61966-2-1)."""
    encoded = np.arange(256) / 255.0
    return np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)


_LINEAR = _linear_table()
