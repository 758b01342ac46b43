"""What a run was made of: from the state and back to it, to engine settings, and in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engines.style import StyleSettings, SuggestedLayers
from visualizer.panels.style_studio.making import layers_of, settings_of
from visualizer.panels.style_studio.state import (
    LayerChoice,
    Making,
    RunSettings,
    StyleStudioState,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engines.style import LayerWeight
    from visualizer.panels.style_studio.run_control import RunOrder

MOST_WEIGHT = 1e6  # as state.Weight; files may ask for more
_SHORT = {"gram": "Gram", "mean_std": "mean and deviation", "histogram": "histogram",
          "lbfgs": "L-BFGS", "adam": "Adam"}  # fmt: skip


def making_of(state: StyleStudioState, order: RunOrder) -> Making:
    """Return what the run that `order` begins is made of, as `state` names it."""
    return Making(
        content=state.content,
        styles=state.styles,
        model=state.model,
        settings=written_out(state.settings, order.settings),
        content_name=order.content.image.source,
        style_names=tuple(style.picture.image.source for style in order.styles),
        network_name=order.network.card.title,
        weights=order.network.card.weights_state,
    )


def written_out(settings: RunSettings, used: StyleSettings) -> RunSettings:
    """Return `settings` with their layers named; where none were chosen, those that `used` has."""
    suggested = SuggestedLayers(content=used.content_layers, style=used.style_layers)
    content, style = layers_of(settings, suggested)
    return settings.replace(content_layers=content, style_layers=style)


def engine_settings(making: Making) -> StyleSettings:
    """Return the settings that the engine took."""
    return settings_of(making.settings, SuggestedLayers(content=(), style=()))


def from_engine(settings: StyleSettings) -> RunSettings:
    """Return `settings` as a person can set them here."""
    return RunSettings(
        content_weight=min(settings.content_weight, MOST_WEIGHT),
        style_weight=min(settings.style_weight, MOST_WEIGHT),
        tv_weight=min(settings.tv_weight, MOST_WEIGHT),
        content_layers=_choices(settings.content_layers),
        style_layers=_choices(settings.style_layers),
        statistic=settings.statistic,
        optimiser=settings.optimiser,
        learning_rate=settings.learning_rate,
        start=settings.start,
        size=settings.size,
        coarse=settings.sizes is None or len(settings.sizes) > 1,
        steps=settings.steps[-1] if settings.steps is not None else None,
        seed=settings.seed,
        colours=settings.colours,
        pooling=settings.pooling,
        saving=settings.saving,
    )


def _choices(layers: Sequence[LayerWeight]) -> tuple[LayerChoice, ...]:
    return tuple(
        LayerChoice(layer=one.layer, weight=min(one.weight, MOST_WEIGHT)) for one in layers
    )


def as_made(
    state: StyleStudioState, making: Making, suggested: SuggestedLayers | None
) -> StyleStudioState:
    """Return `state` set to what a run was made of.

    Pictures that played stay as they are, and so does the network where the run's would run code.

    suggested: the usual layers of the run's network where it is the present one: where the run had
    just those, none are named, so that they follow another network.
    """
    settings, content, styles = making.settings, making.content, making.styles
    if suggested is not None:
        usual = written_out(RunSettings(), _used(suggested))
        for field in ("content_layers", "style_layers"):
            if getattr(settings, field) == getattr(usual, field):
                settings = settings.replace(**{field: ()})
    if content.is_live:
        content = state.content
    if any(style.picture.is_live for style in styles):
        styles = state.styles
    model = state.model if runs_code(state, making) else making.model
    return state.replace(content=content, styles=styles, model=model, settings=settings)


def runs_code(state: StyleStudioState, making: Making) -> bool:
    """Return whether the run's network is a file whose code would have to be run for it."""
    return making.model.trusted and state.model != making.model


def _used(suggested: SuggestedLayers) -> StyleSettings:
    return StyleSettings(content_layers=suggested.content, style_layers=suggested.style)


# -- in words -----------------------------------------------------------------------------------


def weights_text(settings: RunSettings) -> str:
    """Return α, β and γ."""
    return f"α {settings.content_weight:g}  β {settings.style_weight:g}  γ {settings.tv_weight:g}"


def network_text(making: Making) -> str:
    """Return the network's name and the state of its weights."""
    name = making.network_name or making.model.name
    return f"{name} ({making.weights})" if making.weights else name


def pictures_text(making: Making) -> str:
    """Return which content was made in the manner of which styles."""
    styles = [
        f"{name} × {style.weight:g}" if len(making.styles) > 1 else name
        for name, style in zip(making.style_names, making.styles, strict=False)
    ]
    masked = sum(bool(style.mask) for style in making.styles)
    told = f"{making.content_name} in the manner of {' and '.join(styles)}"
    return f"{told}, {masked} by a mask" if masked else told


def made_text(making: Making) -> str:
    """Return how the picture was made: statistic, optimiser, start, and what is not as usual."""
    settings, usual = making.settings, RunSettings()
    said = [
        weights_text(settings),
        f"{_SHORT[settings.statistic]}, {_SHORT[settings.optimiser]}, from {settings.start}",
        f"style in {_layers(settings.style_layers)}, content in {_layers(settings.content_layers)}",
    ]
    other: list[tuple[str, object]] = []
    if settings.learning_rate is not None:
        other.append(("rate", settings.learning_rate))
    if settings.start == "noise":
        other.append(("seed", settings.seed))
    other += [
        (name, getattr(settings, name))
        for name in ("colours", "pooling")
        if getattr(settings, name) != getattr(usual, name)
    ]
    said += [f"{name} {value}" for name, value in other]
    return " · ".join(said)


def _layers(layers: tuple[LayerChoice, ...]) -> str:
    count = sum(one.on for one in layers)
    return f"{count} layer{'' if count == 1 else 's'}"
