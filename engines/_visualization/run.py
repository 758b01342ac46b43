"""The climb: one step at a time, nothing of the network changed in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engines._visualization import objectives
from engines._visualization.objectives import Objective
from engines._visualization.parametrisation import Parametrisation, parametrise
from engines._visualization.penalties import likeness, picture_penalty
from engines._visualization.settings import (
    LARGEST_BATCH,
    LARGEST_SIDE,
    Regularisers,
    Step,
)
from engines._visualization.transforms import apply_shake, draw_shake
from engines._visualization.watch import device_of, find_layer, outputs_of
from engines.device import at_most_threads, spare_cores
from engines.errors import VisualizationError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Normalise = Callable[["Tensor"], "Tensor"]

DEFAULT_STEPS = 160
DEFAULT_SIZE = 160
DEFAULT_RATE = 0.05
# So many steps without any gradient, and the channel will not wake any more.
_PATIENCE = 16


def maximize(
    module: nn.Module,
    layer: str,
    channel: int,
    *,
    steps: int = DEFAULT_STEPS,
    size: int | tuple[int, int] = DEFAULT_SIZE,
    seed: int = 0,
    count: int = 1,
    regularisers: Regularisers | None = None,
    normalise: Normalise | None = None,
    rate: float = DEFAULT_RATE,
    input_channels: int = 3,
    diversity_layer: str | None = None,
) -> Iterator[Step]:
    """Return steps towards pictures that excite channel `channel` of `layer` on average.

    As `maximize_objective` with the objective `channel(layer, channel)`.
    """
    return maximize_objective(
        module,
        objectives.channel(layer, channel),
        steps=steps,
        size=size,
        seed=seed,
        count=count,
        regularisers=regularisers,
        normalise=normalise,
        rate=rate,
        input_channels=input_channels,
        diversity_layer=diversity_layer,
    )


def maximize_objective(
    module: nn.Module,
    objective: Objective,
    *,
    steps: int = DEFAULT_STEPS,
    size: int | tuple[int, int] = DEFAULT_SIZE,
    seed: int = 0,
    count: int = 1,
    regularisers: Regularisers | None = None,
    normalise: Normalise | None = None,
    rate: float = DEFAULT_RATE,
    input_channels: int = 3,
    diversity_layer: str | None = None,
) -> Iterator[Step]:
    """Return steps towards pictures with a large `objective`: steps + 1 of them, the start first.

    size: the side in pixels, or (height, width). count: pictures at once; they differ by chance,
    and by force with `regularisers.diversity` (measured in `diversity_layer`, by default the
    objective's last). The same seed gives the same pictures. rate: Adam's step size.
    normalise: from pictures in [0, 1] to what the network was trained on, a loaded model's
    `preprocess.normalise`; (x − 0.5) / 0.5, as the embedded network has it, unless told.
    input_channels: 3 for colour, 1 for grey.

    Work happens only while a step is asked for, on one thread fewer than the machine has; between
    steps the network is as it was, so the iterator can be left or closed at any time. No weight is
    changed and no gradient of a weight is computed.

    Raises VisualizationError at once for a layer that does not exist and for sizes, counts and
    rates that make no sense; while it runs for a channel that does not exist, for a channel that
    does not answer to anything, and for activations that are no finite numbers.
    """
    side = (size, size) if isinstance(size, int) else (int(size[0]), int(size[1]))
    _check(steps, side, count, rate)
    for layer in (*objective.layers, *([diversity_layer] if diversity_layer is not None else [])):
        find_layer(module, layer)
    climb = _Climb(
        module=module,
        objective=objective,
        switches=regularisers or Regularisers(),
        normalise=normalise or _to_plus_minus_one,
        diversity_layer=objective.layers[-1] if diversity_layer is None else diversity_layer,
    )
    return _steps(climb, steps, count, input_channels, side, seed, rate)


def measure(
    module: nn.Module,
    images: Tensor,
    objective: Objective,
    *,
    normalise: Normalise | None = None,
) -> tuple[float, ...]:
    """Return the objective's value for each of `images` (N, C, H, W) in [0, 1], as they are."""
    import torch

    with torch.no_grad():
        batch = (normalise or _to_plus_minus_one)(images.to(device_of(module)))
        values = objective.evaluate(outputs_of(module, batch, objective.layers))
    return tuple(values.tolist())


def _to_plus_minus_one(images: Tensor) -> Tensor:
    return (images - 0.5) / 0.5


def _check(steps: int, side: tuple[int, int], count: int, rate: float) -> None:
    if steps < 1:
        raise VisualizationError(f"{steps} steps change nothing; choose 1 or more.")
    if not all(1 <= length <= LARGEST_SIDE for length in side):
        raise VisualizationError(
            f"A picture of {side[1]} × {side[0]} pixels cannot be made; choose sides of 1 to "
            f"{LARGEST_SIDE}."
        )
    if not 1 <= count <= LARGEST_BATCH:
        raise VisualizationError(f"{count} pictures at once? Choose 1 to {LARGEST_BATCH}.")
    if not 0 < rate <= 10:
        raise VisualizationError(f"A step size of {rate:g} leads nowhere; choose 0.001 to 1.")


@dataclass
class _Climb:
    """What does not change from step to step, and the gradient's usual size, which does."""

    module: nn.Module
    objective: Objective
    switches: Regularisers
    normalise: Normalise
    diversity_layer: str
    usual_gradient: float = 0.0
    silent_steps: int = 0

    def scores(self, images: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return the objective's value per picture, (N,), and the sum that is to grow."""
        seen = apply_shake(images, draw_shake(self.switches, generator))
        diverse = self.switches.diversity > 0 and len(images) > 1
        extra = (self.diversity_layer,) if diverse else ()
        outputs = outputs_of(self.module, self.normalise(seen), (*self.objective.layers, *extra))
        values = self.objective.evaluate(outputs)
        total = values.sum()
        if diverse:
            # Relative to the activations, or the same weight would rule one channel and be
            # nothing to the next.
            weight = self.switches.diversity * values.detach().abs().sum()
            total = total - weight * likeness(outputs[self.diversity_layer])
        return values, total

    def descent(self, images: Tensor, total: Tensor) -> Tensor:
        """Return the gradient of what is to shrink with respect to the pictures.

        The activation's part is divided by its usual size per pixel, so that the penalties weigh
        the same for every channel.
        """
        import torch

        (pull,) = torch.autograd.grad(total, images, retain_graph=True)
        now = float(pull.square().mean().sqrt())
        self.silent_steps = self.silent_steps + 1 if now == 0 else 0
        if self.silent_steps >= _PATIENCE:
            raise VisualizationError(
                f"Nothing in the picture moves {self.objective.name}: it is silent. Choose "
                "another channel, the layer before its activation function, or another seed."
            )
        if self.usual_gradient == 0:
            self.usual_gradient = now
        self.usual_gradient = 0.9 * self.usual_gradient + 0.1 * now
        descent = -pull / self.usual_gradient if self.usual_gradient else -pull
        penalty = picture_penalty(images, self.switches)
        if penalty is not None:
            descent = descent + torch.autograd.grad(penalty, images, retain_graph=True)[0]
        return descent


def _steps(
    climb: _Climb,
    steps: int,
    count: int,
    channels: int,
    side: tuple[int, int],
    seed: int,
    rate: float,
) -> Iterator[Step]:
    import torch

    generator = torch.Generator().manual_seed(seed)
    picture = parametrise(count, channels, side, climb.switches, generator, device_of(climb.module))
    optimizer = torch.optim.Adam([picture.values], lr=rate)
    for iteration in range(steps + 1):
        with at_most_threads(spare_cores()):
            step = _step(climb, picture, optimizer, generator, iteration, last=iteration == steps)
        yield step


def _step(
    climb: _Climb,
    picture: Parametrisation,
    optimizer: torch.optim.Optimizer,
    generator: torch.Generator,
    iteration: int,
    *,
    last: bool,
) -> Step:
    """Return the picture as it is, and unless it is the last, move on to the next."""
    import torch

    with torch.set_grad_enabled(not last):
        images = picture.images()
        values, total = climb.scores(images, generator)
    if not torch.isfinite(values).all():
        raise VisualizationError(
            f"{climb.objective.name} is no finite number after {iteration} steps; choose a "
            "smaller step size or another layer."
        )
    if not last:
        descent = climb.descent(images, total)
        (picture.values.grad,) = torch.autograd.grad(images, picture.values, descent)
        optimizer.step()
    shown = images.detach()
    activations = tuple(values.tolist())
    return Step(iteration, shown[0], activations[0], shown, activations)
