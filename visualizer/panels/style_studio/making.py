"""From the state's plain values to what the engine takes, and how long that will go on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engines.style import LayerWeight, StyleSettings
from visualizer.panels.style_studio.state import LayerChoice, RunSettings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines.style import Step, SuggestedLayers


def in_words(field: str, value: object) -> str:
    """Return what it is called to set `field` of RunSettings to `value`."""
    said = "as usual" if value is None or value == () else value
    if isinstance(value, bool):
        said = "on" if value else "off"
    return f"{field.replace('_', ' ')} {said}"


def settings_of(chosen: RunSettings, suggested: SuggestedLayers) -> StyleSettings:
    """Return the engine's settings, its layers written out. Raises StyleError with a sentence.

    Where all layers of a kind are off, its weight is 0.
    """
    content, style = layers_of(chosen, suggested)
    content_on, style_on = _on(content), _on(style)
    sizes = None if chosen.coarse else (chosen.size,)
    made = StyleSettings(
        content_weight=chosen.content_weight if content_on else 0.0,
        style_weight=chosen.style_weight if style_on else 0.0,
        tv_weight=chosen.tv_weight,
        content_layers=content_on or suggested.content,
        style_layers=style_on or suggested.style,
        statistic=chosen.statistic,
        optimiser=chosen.optimiser,
        learning_rate=chosen.learning_rate,
        start=chosen.start,
        size=chosen.size,
        sizes=sizes,
        seed=chosen.seed,
        colours=chosen.colours,
        pooling=chosen.pooling,
        saving=chosen.saving,
    )
    return made if chosen.steps is None else _with_steps(made, chosen.steps)


def layers_of(
    chosen: RunSettings, suggested: SuggestedLayers
) -> tuple[tuple[LayerChoice, ...], tuple[LayerChoice, ...]]:
    """Return the rows of content and style layers: the person's, else those suggested."""
    return (
        chosen.content_layers or _as_choices(suggested.content),
        chosen.style_layers or _as_choices(suggested.style),
    )


def _as_choices(layers: Sequence[LayerWeight]) -> tuple[LayerChoice, ...]:
    return tuple(LayerChoice(layer=one.layer, weight=one.weight) for one in layers)


def _on(layers: Sequence[LayerChoice]) -> tuple[LayerWeight, ...]:
    return tuple(LayerWeight(one.layer, one.weight) for one in layers if one.on)


def _with_steps(settings: StyleSettings, last: int) -> StyleSettings:
    """Return `settings` with `last` evaluations at the last size, the others in proportion."""
    usual = settings.resolved_steps()
    return replace(settings, steps=tuple(max(1, round(n * last / usual[-1])) for n in usual))


def at_last_size(settings: StyleSettings) -> StyleSettings:
    """Return `settings` for a run that goes on from a picture: at the size of the result alone."""
    return replace(settings, sizes=(settings.size,), steps=settings.resolved_steps()[-1:])


def at_size_of(run: StyleSettings, settings: StyleSettings) -> StyleSettings:
    """Return `settings` with the sizes and steps of `run`."""
    return replace(settings, size=run.size, sizes=run.sizes, steps=run.steps)


def seconds_left(step: Step, settings: StyleSettings, rate: float | None) -> float | None:
    """Return how long a run will still take after `step`, None where that cannot be told.

    rate: evaluations a second at the size of `step`; at others by their number of pixels.
    """
    if rate is None:
        return None
    sides, counts = settings.resolved_sizes(), settings.resolved_steps()
    scale = min(step.scale, len(sides) - 1)
    shrunk = max(step.size) < sides[scale]  # for want of memory: nothing larger is made any more
    later = () if shrunk else tuple(zip(sides, counts, strict=True))[scale + 1 :]
    # By the run's own count: after a picture was gone back to, a size is made a second time.
    here = step.of - step.iteration - sum(count for _, count in later)
    work = max(here, 0) * 1.0
    for side, count in later:
        work += count * (side / sides[scale]) ** 2
    return work / rate
