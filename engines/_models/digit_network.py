"""A network small enough to be learnt in seconds and to be seen whole."""

from __future__ import annotations

import torch
from torch import nn


class DigitNetwork(nn.Module):
    """Two convolutions, a pool, a third convolution, and one linear layer on 8 × 8 grey pictures.

    Input (N, 1, 8, 8), output (N, classes).
    """

    def __init__(self, classes: int = 10) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 16, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(16, 16, 3, padding=1)
        self.relu2 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.conv3 = nn.Conv2d(16, 24, 3, padding=1)
        self.relu3 = nn.ReLU()
        self.flatten = nn.Flatten()
        self.linear = nn.Linear(24 * 4 * 4, classes)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return one score per class."""
        batch = self.relu1(self.conv1(batch))
        batch = self.pool(self.relu2(self.conv2(batch)))
        return self.linear(self.flatten(self.relu3(self.conv3(batch))))
