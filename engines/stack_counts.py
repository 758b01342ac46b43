"""A stack of small kernels against one large kernel that sees as much: what each costs.

Importing this module does not import torch.
"""

from __future__ import annotations

from dataclasses import dataclass

from engines.errors import GeometryError
from engines.geometry import Layer, receptive_field


@dataclass(frozen=True)
class StackCount:
    """`depth` convolutions of kernel × kernel, stride 1, each followed by a ReLU.

    channels: into and out of each layer; fields: what one unit sees of the stack's input, along one
    axis, after each layer. Biases are not counted.
    """

    kernel: int
    depth: int
    channels: int
    fields: tuple[int, ...]

    @property
    def factor(self) -> int:
        """Weights for each pair of input and output channel: the 27 of 27 C²."""
        return self.depth * self.kernel**2

    @property
    def weights(self) -> int:
        """All weights of the stack."""
        return self.factor * self.channels**2

    @property
    def field(self) -> int:
        """What one unit of the last layer sees, along one axis."""
        return self.fields[-1]


def count_stack(kernel: int, depth: int, channels: int) -> StackCount:
    """Return what a stack costs and sees. Raises GeometryError unless all three are at least 1."""
    if min(depth, channels) < 1:
        raise GeometryError(
            f"A stack needs at least one layer and one channel, not {depth} and {channels}."
        )
    fields = receptive_field([Layer(kernel)] * depth)
    return StackCount(kernel, depth, channels, tuple(field.size for field in fields))


def as_one_layer(stack: StackCount) -> StackCount:
    """Return the single layer whose units see as much as those of `stack`."""
    return count_stack(stack.field, 1, stack.channels)
