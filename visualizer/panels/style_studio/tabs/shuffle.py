"""Shuffle: move the places of a layer's maps; the content loss explodes, the style loss stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtWidgets import QWidget

from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tab_settings import ShuffleSettings
from visualizer.panels.style_studio.tabs.base import TabHost
from visualizer.panels.style_studio.tabs.looking import LookingTab
from visualizer.panels.style_studio.tabs.parts import (
    LayerChoice,
    MapGrid,
    MapScale,
    fill_page,
    layer_of,
    map_view,
    number,
    percent,
    show_map,
)
from visualizer.panels.style_studio.tabs.seeing import Seeing, Sight, sight_of
from visualizer.panels.tab_parts import button
from widgets.curve_plot import Curve, CurvePlot
from widgets.form_parts import wrapping_label
from widgets.toggle_row import Choice, ToggleRow
from widgets.value_slider import ValueRange, ValueSlider

if TYPE_CHECKING:
    from torch import Tensor

    from engines.style import ShuffleLosses

SHARES = (0.0, 0.125, 0.25, 0.375, 0.5, 0.625, 0.75, 0.875, 1.0)
WHOSE = (
    Choice("content", "Content", "Shuffle the content's maps"),
    Choice("style", "Style", "Shuffle the (first) style's maps"),
    Choice("generated", "Generated", "Shuffle the maps of what is made"),
)
NONE_YET = "There is no generated picture yet: press Start, or shuffle the content's maps."


@dataclass(frozen=True, eq=False)
class Wish:
    """Which maps are shuffled, and how."""

    sight: Sight
    settings: ShuffleSettings

    def alike(self, other: Wish | None) -> bool:
        """Return whether both give the same."""
        return other is not None and (
            self.settings == other.settings and self.sight.alike(other.sight)
        )

    def like_but_picture(self, other: Wish | None) -> bool:
        """Return whether both differ in the generated picture at most."""
        return other is not None and (
            self.settings == other.settings and self.sight.like_but_picture(other.sight)
        )


@dataclass(frozen=True, eq=False)
class Shuffled:
    """One channel (h, w) before and after `share` of its places moved; the losses then.

    content_parts, style_parts: both in parts of the mean square, at each of SHARES.
    """

    layer: str
    share: float
    channel: int
    before: np.ndarray
    after: np.ndarray
    losses: ShuffleLosses
    content_parts: np.ndarray
    style_parts: np.ndarray


class ShuffleTab(LookingTab):
    """All channels of a layer with their places permuted alike, and what both losses say to it."""

    name = "shuffle"
    title = "Shuffle"
    tooltip = "Move a layer's numbers to other places: what does content say to it, what style?"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self.layer = LayerChoice(self.name)
        self.of = ToggleRow("shuffle_of", WHOSE)
        self.share = ValueSlider(
            "shuffle_share", "Share", ValueRange(0, 100, 100, 1, "%"),
            "How many of the places change among each other",
        )  # fmt: skip
        self.again = button("shuffle_again", "Another draw", "Shuffle anew, by the next seed")
        self.text = wrapping_label("shuffle_text")
        self.before = map_view("shuffle_before", "Channel")
        self.after = map_view("shuffle_after", "Shuffled")
        self.before.link_to(self.after)
        self.plot = CurvePlot("share shuffled (%)", "loss ÷ mean square")
        self.plot.setObjectName("shuffle_plot")
        self.plot.set_x_range(0, 100)
        fill_page(
            self, self.name, self.layer, self.of, self.share, self.again, self.text,
            MapGrid("shuffle_maps", (self.before, self.after), lines=11),
            MapGrid("shuffle_curves", (self.plot,), 1, 15),
        )  # fmt: skip
        self._connect()
        self.show_nothing()

    def _connect(self) -> None:
        self.layer.layer_chosen.connect(lambda name: self.edit(name, layer=name))
        self.of.chosen.connect(lambda of: self.edit(of, of=of))
        self.share.changed.connect(self._share_changed)
        self.again.clicked.connect(lambda: self.edit("another draw", seed=self.settings.seed + 1))

    def _share_changed(self, value: float, goes_on: bool) -> None:
        self.edit("share", merge_key="share", goes_on=goes_on, share=value / 100)

    def show_settings(self, context: Context) -> None:
        """Set the controls."""
        settings = context.state.tabs.shuffle
        self.layer.show_context(context, self._layer(context))
        self.of.set_value(settings.of)
        self.share.set_value(100 * settings.share)

    def _layer(self, context: Context) -> str:
        return layer_of(context, context.state.tabs.shuffle.layer, "content")

    def wish_of(self, context: Context) -> Wish | None:
        """Return which maps are to be shuffled; None for a picture that is not there."""
        settings = context.state.tabs.shuffle
        generated = settings.of == "generated"
        sight = sight_of(context, self._layer(context), with_picture=generated)
        if sight is None or (generated and sight.picture is None):
            return None
        return Wish(sight, settings)

    @staticmethod
    def work(wish: Any, seeing: Seeing) -> Shuffled:
        """Return the maps before and after, and what the losses say."""
        from engines.style import shuffle, shuffle_losses

        settings, statistic = wish.settings, wish.sight.statistic
        maps = _maps_of(wish, seeing)
        channel = int(maps.square().mean(dim=(1, 2)).argmax())  # the one that answers most
        moved = shuffle(maps, settings.seed, settings.share)
        curves = [shuffle_losses(maps, settings.seed, share, statistic) for share in SHARES]
        if settings.share in SHARES:
            losses = curves[SHARES.index(settings.share)]
        else:
            losses = shuffle_losses(maps, settings.seed, settings.share, statistic)
        return Shuffled(
            wish.sight.layer, settings.share, channel,
            maps[channel].numpy(), moved[channel].numpy(), losses,
            np.array([one.content_parts for one in curves]),
            np.array([one.style_parts for one in curves]),
        )  # fmt: skip

    def show_nothing(self) -> None:
        """Show no maps."""
        for view in (self.before, self.after):
            show_map(view, None, MapScale.of())
        self.plot.set_curves(())
        waits = self.of.value() == "generated"
        self.text.setText(NONE_YET if waits else "Pictures and network are being loaded.")

    def show_found(self, found: Shuffled) -> None:
        """Show the maps of one channel, and the losses."""
        scale = MapScale.of(found.before)
        show_map(self.before, found.before, scale)
        show_map(self.after, found.after, scale)
        self.before.set_title(f"Channel {found.channel}")
        x = 100 * np.array(SHARES)
        self.plot.set_curves(
            [
                Curve("content loss", x, found.content_parts, "red", style="dots"),
                Curve("style loss", x, found.style_parts, "blue", style="dots"),
            ]
        )
        self.text.setText(_said(found))


def _maps_of(wish: Wish, seeing: Seeing) -> Tensor:
    sight = wish.sight
    if wish.settings.of == "content":
        return seeing.content(sight)
    if wish.settings.of == "style":
        return seeing.style(sight)
    maps = seeing.generated(sight)
    assert maps is not None, "a wish has a picture"
    return maps


def _said(found: Shuffled) -> str:
    losses = found.losses
    if found.share == 0:
        return "Nothing is moved: both losses are 0. Raise the share."
    where = "nothing is where it was" if found.share == 1 else f"{percent(found.share)} has moved"
    return (
        f"Content loss {number(losses.content)}, {percent(losses.content_parts)} of the maps' mean "
        f"square: {where}. Style loss {number(losses.style)}: the same numbers are there, wherever "
        "they lie."
    )
