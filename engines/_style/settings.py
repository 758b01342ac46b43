"""The settings of a style transfer: plain values, importable without torch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, get_args

from engines.errors import StyleError

StatisticKey = Literal["gram", "mean_std", "histogram"]
OptimiserKey = Literal["lbfgs", "adam"]
StartKey = Literal["content", "noise", "style"]
ColoursKey = Literal["style", "luminance", "matched"]
PoolingKey = Literal["as trained", "average"]
SavingKey = Literal["auto", "off", "checkpoint"]

SMALLEST_SIDE = 16
LARGEST_SIDE = 8192
LARGEST_WEIGHT = 1e9
MOST_STEPS = 100_000
COARSEST = 64
RATES: dict[OptimiserKey, float] = {"lbfgs": 1.0, "adam": 0.02}
# The coarse sizes lay out the picture; more there would wear the content away. The last one draws
# the strokes; each doubling beyond 256 keeps _KEPT of its steps, which then take longest.
_COARSE_STEPS, _LAST_STEPS = 20, 60
_KEPT, _KEPT_BEYOND = 0.75, 256

_CHOICES: dict[str, tuple[str, ...]] = {
    "statistic": get_args(StatisticKey),
    "optimiser": get_args(OptimiserKey),
    "start": get_args(StartKey),
    "colours": get_args(ColoursKey),
    "pooling": get_args(PoolingKey),
    "saving": get_args(SavingKey),
}
_WEIGHTS = {
    "content_weight": "content weight α",
    "style_weight": "style weight β",
    "tv_weight": "smoothness weight γ",
}


@dataclass(frozen=True)
class LayerWeight:
    """How much a layer counts beside the others of its kind.

    layer: a path as in `named_modules`, "path#2" for the module's second call; weight: 0 or more.
    """

    layer: str
    weight: float = 1.0


@dataclass(frozen=True)
class StyleSettings:
    """What a transfer minimises, how, and at which sizes. Checks itself, raising StyleError.

    total loss = content_weight · content + style_weight · style + tv_weight · TV.
    content_layers, style_layers: empty for those that `suggest_layers` gives.
    statistic: what of a style is compared, a key of STATISTICS.
    optimiser: "lbfgs" or "adam"; learning_rate: of Adam in parts of [0, 1], of L-BFGS the share of
    its step, None for 0.02 and 1.
    start: from the content, the (first) style, or noise drawn by `seed`.
    size: longer side of the result in pixels.
    sizes: longer sides coarse to fine, the last being `size`; None for 64, 128 … size.
    steps: evaluations at each of the sizes, or None for 20 at each coarse one and 60 (fewer beyond
    256 pixels) at the last.
    colours: "style" as it comes; "luminance": only light and dark are transferred; "matched": the
    style is first given the content's mean and covariance of colours.
    pooling: "average" has every max pooling of the network averaged.
    saving: of memory: "checkpoint" computes activations again rather than keep them, at about a
    third more time; "auto" where it would not fit otherwise; "off" never.
    """

    content_weight: float = 1.0
    style_weight: float = 10.0
    tv_weight: float = 3.0
    content_layers: tuple[LayerWeight, ...] = ()
    style_layers: tuple[LayerWeight, ...] = ()
    statistic: StatisticKey = "gram"
    optimiser: OptimiserKey = "lbfgs"
    learning_rate: float | None = None
    start: StartKey = "content"
    size: int = 256
    sizes: tuple[int, ...] | None = None
    steps: tuple[int, ...] | None = None
    seed: int = 0
    colours: ColoursKey = "style"
    pooling: PoolingKey = "as trained"
    saving: SavingKey = "auto"

    def __post_init__(self) -> None:
        for name, title in _WEIGHTS.items():
            _check_weight(title, getattr(self, name))
        for layers in (self.content_layers, self.style_layers):
            _check_layers(layers)
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise StyleError(
                    f"“{getattr(self, name)}” is no choice for {name}; there are "
                    f"{', '.join(choices)}."
                )
        rate = self.learning_rate
        if rate is not None and not (_is_number(rate) and 0 < rate <= 10):
            raise StyleError(f"A learning rate of {rate} leads nowhere; choose 0.001 to 1.")
        if type(self.seed) is not int or not 0 <= self.seed < 2**63:
            raise StyleError(f"The seed {self.seed} is no whole number from 0 on.")
        self._check_sizes()

    def _check_sizes(self) -> None:
        for side in (self.size, *(self.sizes or ())):
            if type(side) is not int or not SMALLEST_SIDE <= side <= LARGEST_SIDE:
                raise StyleError(
                    f"A longer side of {side} pixels cannot be made; choose {SMALLEST_SIDE} to "
                    f"{LARGEST_SIDE}."
                )
        if self.sizes is not None and (
            not self.sizes
            or self.sizes[-1] != self.size
            or any(a >= b for a, b in zip(self.sizes, self.sizes[1:], strict=False))
        ):
            raise StyleError(
                f"The sizes {', '.join(map(str, self.sizes)) or '(none)'} must grow from coarse "
                f"to fine and end with the size of the result, {self.size}."
            )
        if self.steps is None:
            return
        if len(self.steps) != len(self.resolved_sizes()):
            raise StyleError(
                f"There are {len(self.steps)} counts of steps for "
                f"{len(self.resolved_sizes())} sizes; give one for each size."
            )
        if any(type(count) is not int or not 1 <= count <= MOST_STEPS for count in self.steps):
            raise StyleError(
                f"Steps of {', '.join(map(str, self.steps))} cannot be made; choose whole numbers "
                f"from 1 to {MOST_STEPS}."
            )

    def resolved_sizes(self) -> tuple[int, ...]:
        """Return the longer sides that the transfer goes through, the last being `size`."""
        if self.sizes is not None:
            return self.sizes
        sides = []
        side = COARSEST
        while side * 1.4 < self.size:  # a size next to the last would be nearly the same work twice
            sides.append(side)
            side *= 2
        return (*sides, self.size)

    def resolved_steps(self) -> tuple[int, ...]:
        """Return how many evaluations are made at each of the sizes."""
        if self.steps is not None:
            return self.steps
        sides = self.resolved_sizes()
        doublings = max(math.log2(self.size / _KEPT_BEYOND), 0)
        last = max(round(_LAST_STEPS * _KEPT**doublings), _COARSE_STEPS)
        return (*(_COARSE_STEPS for _ in sides[1:]), last)

    def resolved_rate(self) -> float:
        """Return the learning rate, the optimiser's own where none is set."""
        return RATES[self.optimiser] if self.learning_rate is None else self.learning_rate

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON, from which `from_dict` makes the same settings."""
        values = asdict(self)
        for key, value in values.items():
            if isinstance(value, tuple):
                values[key] = list(value)
        return values

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> StyleSettings:
        """Return the settings of `to_dict`; what is missing is as by default.

        Raises StyleError for entries that are unknown or have no sense.
        """
        if not isinstance(values, Mapping):
            raise StyleError("The settings of a style transfer are no table of names and values.")
        known = {field.name for field in fields(cls)}
        unknown = sorted(str(key) for key in values if key not in known)
        if unknown:
            raise StyleError(
                f"A style transfer has no setting “{unknown[0]}”; the file may be from a newer "
                "version."
            )
        return cls(**{key: _read(key, value) for key, value in values.items()})


def _read(name: str, value: Any) -> Any:
    if name in ("content_layers", "style_layers"):
        if not isinstance(value, list | tuple):
            raise StyleError(f"The {name.replace('_', ' ')} are no list.")
        return tuple(_read_layer(entry) for entry in value)
    if name in ("sizes", "steps") and value is not None:
        if not isinstance(value, list | tuple):
            raise StyleError(f"The {name} are no list of numbers.")
        return tuple(value)
    return value


def _read_layer(entry: Any) -> LayerWeight:
    if isinstance(entry, LayerWeight):
        return entry
    if not isinstance(entry, Mapping) or not {"layer"} <= set(entry) <= {"layer", "weight"}:
        raise StyleError("A layer needs its name and its weight, and nothing else.")
    return LayerWeight(entry["layer"], entry.get("weight", 1.0))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_weight(title: str, value: Any) -> None:
    if not _is_number(value) or not 0 <= value <= LARGEST_WEIGHT:
        raise StyleError(f"The {title} is {value}; choose 0 (off) to {LARGEST_WEIGHT:g}.")


def _check_layers(layers: Any) -> None:
    if not isinstance(layers, tuple) or not all(isinstance(one, LayerWeight) for one in layers):
        raise StyleError("Layers are given as a tuple of LayerWeight(layer, weight).")
    for one in layers:
        if not isinstance(one.layer, str):
            raise StyleError(f"{one.layer!r} is no name of a layer.")
        _check_weight(f"weight of layer “{one.layer}”", one.weight)
    names = [one.layer for one in layers]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StyleError(f"The layer “{twice}” is listed twice; give it one weight.")
