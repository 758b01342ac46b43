"""What a convolution costs, in closed form: parameters, and multiplications with addition."""

from __future__ import annotations

from dataclasses import dataclass

from engines.errors import LayerError


@dataclass(frozen=True)
class LayerCost:
    """What a layer costs.

    parameters: weights and biases that are learnt; macs: multiplications with addition for one
    input, biases not counted.
    """

    parameters: int
    macs: int

    def __add__(self, other: LayerCost) -> LayerCost:
        return LayerCost(self.parameters + other.parameters, self.macs + other.macs)


def check_groups(channels_in: int, channels_out: int, groups: int) -> None:
    """Raise LayerError unless `groups` divides both counts of channels, all of them at least 1."""
    if min(channels_in, channels_out, groups) < 1:
        raise LayerError(
            "A convolution needs at least one input channel, one output channel and one group, not "
            f"{channels_in}, {channels_out} and {groups}."
        )
    for count, what in ((channels_in, "input"), (channels_out, "output")):
        if count % groups:
            possible = divisors_of_both(channels_in, channels_out)
            raise LayerError(
                f"{groups} groups do not divide {count} {what} channels: {count} ÷ {groups} leaves "
                f"{count % groups}. With {channels_in} input and {channels_out} output channels "
                f"there can be {_listed(possible)} groups."
            )


def divisors_of_both(first: int, second: int) -> tuple[int, ...]:
    """Return the numbers that divide both, ascending: the counts of groups that are possible."""
    return tuple(n for n in range(1, min(first, second) + 1) if first % n == second % n == 0)


def convolution_parameters(
    channels: int, filters: int, kernel: tuple[int, int], *, bias: bool = True
) -> int:
    """Return how many numbers a convolution learns; they do not grow with its input."""
    return filters * (channels * kernel[0] * kernel[1] + bias)


def convolution_cost(
    kernel: int,
    channels_in: int,
    channels_out: int,
    height: int,
    width: int,
    *,
    groups: int = 1,
    bias: bool = False,
) -> LayerCost:
    """Return the cost of a convolution K × K whose output is `height` × `width`.

    K² · (C_in / groups) · C_out weights, each used once at every output position. Raises LayerError
    for sizes below 1 and for groups that do not divide the channels.
    """
    if min(kernel, height, width) < 1:
        raise LayerError(
            f"A kernel of {kernel} × {kernel} on an output of {height} × {width} cannot be: every "
            "side is at least 1."
        )
    check_groups(channels_in, channels_out, groups)
    size = channels_in // groups, channels_out, (kernel, kernel)
    weights = convolution_parameters(*size, bias=False)
    return LayerCost(convolution_parameters(*size, bias=bias), weights * height * width)


def _listed(numbers: tuple[int, ...]) -> str:
    *first, last = map(str, numbers)
    return f"{', '.join(first)} or {last}" if first else last
