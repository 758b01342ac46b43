"""The numbers that are optimised, and the picture they stand for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engines._visualization.settings import Regularisers

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Principal colours of the ImageNet training pictures in [0, 1]: the covariance of RGB has these
# eigenvectors (columns) and eigenvalues (as in fb.resnet.torch; method: Krizhevsky et al. 2012).
COLOUR_AXES = np.array(
    [[-0.5675, 0.7192, 0.4009], [-0.5808, -0.0045, -0.8140], [-0.5836, -0.6948, 0.4203]]
)
COLOUR_VARIANCES = np.array([0.2175, 0.0188, 0.0045])
START_DEVIATION = 0.01
# So that a step of the usual size (0.05) does not overshoot into flat, saturated colours.
_FOURIER_GAIN = 0.25


def colour_matrix() -> np.ndarray:
    """Return the (3, 3) matrix that gives independent numbers the colours of natural pictures.

    Its product with its own transpose is proportional to the covariance of RGB in ImageNet; its
    longest column has length 1.
    """
    matrix = COLOUR_AXES * np.sqrt(COLOUR_VARIANCES)
    return matrix / np.linalg.norm(matrix, axis=0).max()


def fourier_scale(height: int, width: int) -> np.ndarray:
    """Return the weight of each frequency of rfft2, (H, W // 2 + 1), float64.

    It is the side length (√(H·W)) over the frequency in cycles per pixel, so that equal steps
    change coarse and fine structure as natural pictures have them; the constant term counts as the
    lowest frequency.
    """
    rows = np.fft.fftfreq(height)[:, None]
    columns = np.fft.rfftfreq(width)[None, :]
    frequency = np.maximum(np.hypot(rows, columns), 1 / max(height, width))
    return np.sqrt(height * width) / frequency


@dataclass(frozen=True)
class Parametrisation:
    """Numbers to optimise and how they become pictures.

    values: a leaf that needs gradients: (N, C, H, W), or with `spectrum_scale` (H, W // 2 + 1) the
    coefficients (N, C, H, W // 2 + 1, 2). mixing: (C, C) or None, from independent numbers to
    colours.
    """

    values: Tensor
    size: tuple[int, int]
    spectrum_scale: Tensor | None
    mixing: Tensor | None

    def images(self) -> Tensor:
        """Return the pictures, (N, C, H, W) in (0, 1)."""
        import torch

        plane = self.values
        if self.spectrum_scale is not None:
            spectrum = torch.view_as_complex(plane) * self.spectrum_scale
            plane = torch.fft.irfft2(spectrum, s=self.size) * _FOURIER_GAIN
        if self.mixing is not None:
            plane = torch.einsum("ij,njhw->nihw", self.mixing, plane)
        return torch.sigmoid(plane)


def parametrise(
    count: int,
    channels: int,
    size: tuple[int, int],
    switches: Regularisers,
    generator: torch.Generator,
    device: torch.device,
) -> Parametrisation:
    """Return `count` random starts, as the switches fourier and decorrelate say.

    Colours are decorrelated in pictures of 3 channels only.
    """
    import torch

    height, width = size
    shape: tuple[int, ...] = (count, channels, height, width)
    scale = mixing = None
    if switches.fourier:
        shape = (count, channels, height, width // 2 + 1, 2)
        scale = torch.from_numpy(fourier_scale(height, width)).float().to(device)
    if switches.decorrelate and channels == 3:
        mixing = torch.from_numpy(colour_matrix()).float().to(device)
    values = torch.randn(shape, generator=generator) * START_DEVIATION
    return Parametrisation(values.to(device).requires_grad_(), size, scale, mixing)
