"""Two ways to the next picture, one evaluation at a time.

Both are asked in turn: `tell` what a picture scored, `propose` the next one to score.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from engines._style.settings import OptimiserKey
from engines._style.whitening import LargeFirst

if TYPE_CHECKING:
    from torch import Tensor

HISTORY = 10
# The first step of L-BFGS, and the longest, in parts of [0, 1] (root mean square over pixels).
_FIRST_STEP, _LONGEST_STEP = 0.02, 0.1
_LOOKED_BACK = 5
_MOST_HALVINGS = 5
_LEAST_CURVATURE = 1e-8


class Optimiser(Protocol):
    """What leads from picture to picture. held: the last one accepted, None before the first."""

    held: Tensor | None

    def tell(self, picture: Tensor, value: float, gradient: Tensor) -> bool:
        """Take in the loss and gradient of `picture`; return whether it is held from now on."""

    def propose(self) -> Tensor:
        """Return the next picture to be scored, in [0, 1]."""

    def retreat(self) -> None:
        """Go back to the held picture and forget what led away from it, at half the rate."""

    def forget(self, *, curvature: bool) -> None:
        """Take the held loss as unknown, since the loss has changed, and `curvature` as well."""


def optimiser_of(key: OptimiserKey, rate: float, masks: Sequence[Tensor] = ()) -> Optimiser:
    """Return a new optimiser that knows nothing yet; masks: of styles that have their places."""
    return Lbfgs(rate, LargeFirst(masks)) if key == "lbfgs" else Adam(rate)


class Lbfgs:
    """Limited-memory BFGS within [0, 1]: pixels at the border stay where the gradient pushes out.

    Instead of a line search, which would cost evaluations, a step is taken whole unless the loss
    exceeds the last five; then it is halved from the held picture. rate: share of a step; scale:
    what is done to a gradient where nothing is known of the curvature.
    """

    def __init__(self, rate: float, scale: LargeFirst) -> None:
        self._scale = scale
        self.held: Tensor | None = None
        self._rate = rate
        self._value: float | None = None
        self._gradient: Tensor | None = None
        self._pairs: deque[tuple[Tensor, Tensor, float]] = deque(maxlen=HISTORY)
        self._recent: deque[float] = deque(maxlen=_LOOKED_BACK)
        self._direction: Tensor | None = None
        self._length = rate
        self._halvings = 0

    def tell(self, picture: Tensor, value: float, gradient: Tensor) -> bool:
        """Take in the loss and gradient of `picture`; return whether it is held from now on."""
        if self._recent and value > max(self._recent):
            self._halve()
            return False
        if self.held is not None and self._gradient is not None:
            self._learn(picture - self.held, gradient - self._gradient)
        self.held, self._value, self._gradient = picture, value, gradient
        self._recent.append(value)
        self._direction = None
        self._length = self._rate
        self._halvings = 0
        return True

    def _halve(self) -> None:
        self._halvings += 1
        if self._halvings > _MOST_HALVINGS:  # the direction itself is of no use
            self._pairs.clear()
            self._direction = None
            self._halvings = 0
        self._length *= 0.5

    def _learn(self, step: Tensor, change: Tensor) -> None:
        curvature = float(step.flatten() @ change.flatten())
        if curvature > _LEAST_CURVATURE * float(step.norm() * change.norm()):
            self._pairs.append((step, change, curvature))

    def propose(self) -> Tensor:
        """Return the next picture to be scored, in [0, 1]."""
        if self.held is None or self._gradient is None:
            raise RuntimeError("nothing was told yet")
        if self._direction is None:
            self._direction = self._way(self.held, self._gradient)
        return (self.held + self._length * self._direction).clamp_(0, 1)

    def _way(self, held: Tensor, gradient: Tensor) -> Tensor:
        """Return the whole step that the curvature seen so far suggests."""
        outward = ((held <= 0) & (gradient > 0)) | ((held >= 1) & (gradient < 0))
        pull = gradient.masked_fill(outward, 0)
        way = self._by_curvature(pull).masked_fill_(outward, 0)
        size = _size(way)
        if not self._pairs or float(way.flatten() @ pull.flatten()) >= 0:
            self._pairs.clear()
            way = -self._scale(pull).masked_fill(outward, 0)
            size = _size(way)
            return way * (_FIRST_STEP / size) if size > 0 else way
        return way * (_LONGEST_STEP / size) if size > _LONGEST_STEP else way

    def _by_curvature(self, pull: Tensor) -> Tensor:
        """Return -H · pull by the two loops over the pairs (Nocedal 1980).

        Where the pairs say nothing, H scales frequencies as photographs do.
        """
        way = -pull
        flat = way.flatten()
        shares = []
        for step, change, curvature in reversed(self._pairs):
            share = float(step.flatten() @ flat) / curvature
            flat.add_(change.flatten(), alpha=-share)
            shares.append(share)
        flat = self._scale(way).flatten()
        if self._pairs:
            _, change, curvature = self._pairs[-1]
            flat.mul_(curvature / float(change.flatten() @ self._scale(change).flatten()))
        for (step, change, curvature), share in zip(self._pairs, reversed(shares), strict=True):
            other = float(change.flatten() @ flat) / curvature
            flat.add_(step.flatten(), alpha=share - other)
        return flat.view_as(pull)

    def retreat(self) -> None:
        """Go back to the held picture and forget what led away from it, at half the rate."""
        self._rate *= 0.5
        self._length = self._rate
        self._pairs.clear()
        self._direction = None
        self._halvings = 0

    def forget(self, *, curvature: bool) -> None:
        """Take the held loss as unknown, since the loss has changed, and `curvature` as well."""
        self._gradient = None
        self._recent.clear()
        if curvature:
            self._pairs.clear()


class Adam:
    """Adam (Kingma and Ba 2015) within [0, 1]; every picture is held. rate: of [0, 1] a step."""

    def __init__(self, rate: float, betas: tuple[float, float] = (0.9, 0.99)) -> None:
        self.held: Tensor | None = None
        self._rate = rate
        self._betas = betas
        self._gradient: Tensor | None = None
        self._start_anew()

    def _start_anew(self) -> None:
        self._mean: Tensor | None = None
        self._square: Tensor | None = None
        self._count = 0

    def tell(self, picture: Tensor, value: float, gradient: Tensor) -> bool:
        """Take in the gradient of `picture`, which is held from now on whatever it scored."""
        del value
        self.held, self._gradient = picture, gradient
        return True

    def propose(self) -> Tensor:
        """Return the next picture to be scored, in [0, 1]."""
        if self.held is None or self._gradient is None:
            raise RuntimeError("nothing was told yet")
        first, second = self._betas
        gradient = self._gradient
        if self._mean is None or self._square is None:
            self._mean, self._square = gradient.new_zeros(()), gradient.new_zeros(())
        self._count += 1
        self._mean = first * self._mean + (1 - first) * gradient
        self._square = second * self._square + (1 - second) * gradient.square()
        mean = self._mean / (1 - first**self._count)
        square = self._square / (1 - second**self._count)
        # Gradients by pixel are small at large sizes: the usual 1e-8 would swallow them.
        floor = 1e-3 * float(square.mean().sqrt()) + 1e-30
        return (self.held - self._rate * mean / (square.sqrt() + floor)).clamp_(0, 1)

    def retreat(self) -> None:
        """Go back to the held picture and forget what led away from it, at half the rate."""
        self._rate *= 0.5
        self._start_anew()

    def forget(self, *, curvature: bool) -> None:
        """Forget the moments where the loss is another one altogether (`curvature`)."""
        if curvature:
            self._start_anew()


def _size(way: Tensor) -> float:
    """Return the root mean square over all pixels."""
    return float(way.square().mean().sqrt())
