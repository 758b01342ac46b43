"""A small network trained from scratch: what a person gets who does not transfer anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from engines.device import at_most_threads

CHANNELS = (16, 32, 64)
STEPS = 150
BATCH = 32
LEARNING_RATE = 3e-3
WEIGHT_DECAY = 1e-3
_TEST_BATCH = 256


class SmallNetwork(nn.Module):
    """Three convolutions, each with BatchNorm, ReLU and pooling, their mean, one linear layer.

    Input (N, channels, H, W) of any size, output (N, classes). What comes in is standardised by
    `mean` and `deviation`, (1, channels, 1, 1) each.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(1, channels, 1, 1))
        self.register_buffer("deviation", torch.ones(1, channels, 1, 1))
        blocks: list[nn.Module] = []
        for before, after in zip((channels, *CHANNELS), CHANNELS, strict=False):
            blocks += [
                nn.Conv2d(before, after, 3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2, ceil_mode=True),
            ]
        self.features = nn.Sequential(*blocks)
        self.linear = nn.Linear(CHANNELS[-1], classes)

    def forward(self, batch: torch.Tensor) -> torch.Tensor:
        """Return one score per class."""
        standardised = (batch - self.mean) / self.deviation
        return self.linear(self.features(standardised).mean(dim=(2, 3)))


@dataclass(frozen=True, eq=False)
class ScratchStep:
    """step of `of` done; loss: mean cross entropy of its batch; network: in eval mode."""

    step: int
    of: int
    loss: float
    network: SmallNetwork


def train_small(
    pictures: np.ndarray,
    labels: np.ndarray,
    classes: int,
    *,
    steps: int = STEPS,
    seed: int = 0,
) -> Iterator[ScratchStep]:
    """Yield the network after each step of Adam with a rate that falls to 0 along a cosine.

    pictures: (N, channels, H, W), any range: they are standardised by their own mean and deviation
    per channel, which the network keeps; labels: (N,) below `classes`. Batches of at most 32,
    mirrored by chance. Everything random comes from `seed`, and torch's own generator is left as
    it was.
    """
    generator = torch.Generator().manual_seed(seed)
    images = torch.as_tensor(np.ascontiguousarray(pictures), dtype=torch.float32)
    targets = torch.as_tensor(np.asarray(labels), dtype=torch.int64)
    network = _initialised(images, classes, generator)
    optimiser = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE, weight_decay=WEIGHT_DECAY)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    batches = _batches(len(images), generator)
    for step in range(steps):
        with at_most_threads(1):
            chosen = next(batches)
            batch = images[chosen]
            mirrored = torch.rand(len(batch), generator=generator) < 0.5
            batch[mirrored] = batch[mirrored].flip(3)
            network.train()
            loss = nn.functional.cross_entropy(network(batch), targets[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            network.eval()
        yield ScratchStep(step + 1, steps, float(loss.detach()), network)


@torch.no_grad()
def predict(network: SmallNetwork, pictures: np.ndarray) -> np.ndarray:
    """Return the softmax of each picture's scores, (N, classes) float32."""
    with at_most_threads(1):
        parts = [
            network(torch.as_tensor(part, dtype=torch.float32)).softmax(1)
            for part in np.array_split(pictures, max(1, -(-len(pictures) // _TEST_BATCH)))
        ]
    return torch.cat(parts).numpy()


def _initialised(images: torch.Tensor, classes: int, generator: torch.Generator) -> SmallNetwork:
    """Return the network with weights drawn from `generator` (He et al. 2015), in train mode."""
    with torch.device("meta"):  # where layers draw no random numbers of their own
        network = SmallNetwork(images.shape[1], classes)
    network.to_empty(device="cpu")
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.reset_running_stats()
            nn.init.ones_(module.weight)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Linear):
            nn.init.xavier_normal_(module.weight, generator=generator)
            nn.init.zeros_(module.bias)
    network.mean.copy_(images.mean(dim=(0, 2, 3), keepdim=True))
    network.deviation.copy_(images.std(dim=(0, 2, 3), keepdim=True, correction=0).clamp_min(1e-6))
    return network


def _batches(count: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    while True:
        yield from torch.randperm(count, generator=generator).split(BATCH)
