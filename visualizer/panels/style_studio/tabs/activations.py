"""Activations: the same layer's maps of content and generated picture, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import TabHost
from visualizer.panels.style_studio.tabs.looking import LookingTab
from visualizer.panels.style_studio.tabs.parts import (
    START_FIRST,
    LayerChoice,
    MapGrid,
    MapScale,
    fill_page,
    layer_of,
    map_view,
    number,
    percent,
    show_map,
    titled,
    told,
)
from visualizer.panels.style_studio.tabs.seeing import Seeing, Sight, sight_of
from widgets.bar_list import Bar, BarList
from widgets.colors import quantize
from widgets.form_parts import wrapping_label
from widgets.mosaic_view import Maps, MosaicView

ABOUT = "Compared place by place: it counts where things are. A click below chooses a channel."
MOSAIC_LINES = 15
MOST = 4


@dataclass(frozen=True, eq=False)
class Activations:
    """The maps (C, h, w) of a layer; generated None before there is such a picture.

    loss: the content loss here; parts: it in parts of the content's mean square; shares: of each
    channel, (C,), together 1 (0 where nothing differs).
    """

    layer: str
    content: np.ndarray
    generated: np.ndarray | None
    loss: float
    parts: float
    shares: np.ndarray

    @property
    def strongest(self) -> int:
        """The channel that answers to the content most, which does not change as a run goes on."""
        return int(np.square(self.content).mean(axis=(1, 2)).argmax())


class ActivationsTab(LookingTab):
    """One channel's maps of both pictures and their difference, and the difference of all."""

    name = "activations"
    title = "Maps"
    tooltip = "Activations: a layer's maps of the content and of what is made, and their difference"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._found: Activations | None = None
        self._order: tuple[int, ...] = ()  # of the channels, the largest share of the loss first
        self.layer = LayerChoice(self.name)
        self.text = wrapping_label("activations_text")
        self.content = map_view("activations_content", "Content")
        self.generated = map_view("activations_generated", "Generated")
        self.difference = map_view("activations_difference", "Difference")
        self.all = MosaicView("activations_all", "All channels")
        self.all.view.set_compact(True)
        self.content.link_to(self.generated)
        self.content.link_to(self.difference)
        self.most = BarList("activations_most", "The channels that differ most; a click shows one")
        parts = (self.content, self.generated, self.difference, titled("Most of it", self.most))
        maps = MapGrid("activations_maps", parts)
        whole = MapGrid("activations_mosaic", (self.all,), 1, MOSAIC_LINES)
        about = told(ABOUT, "activations_about")
        fill_page(self, self.name, self.layer, self.text, maps, about, whole)
        self.layer.layer_chosen.connect(lambda name: self.edit(name, layer=name, channel=None))
        self.all.channel_chosen.connect(lambda channel: self.look(channel=channel))
        self.most.bar_chosen.connect(self._most_chosen)
        self.show_nothing()

    def show_settings(self, context: Context) -> None:
        """Show which layer and which channel is looked at."""
        self.layer.show_context(context, self._layer(context))
        if self._found is not None and self._found.layer == self._layer(context):
            self._show_channel()

    def _layer(self, context: Context) -> str:
        return layer_of(context, context.state.tabs.activations.layer, "content")

    def wish_of(self, context: Context) -> Sight | None:
        """Return which pictures are looked at, and in which layer."""
        return sight_of(context, self._layer(context))

    @staticmethod
    def work(wish: Any, seeing: Seeing) -> Activations:
        """Return the maps of both pictures."""
        from engines.style import content_loss, content_loss_by_channel

        content, made = seeing.content(wish), seeing.generated(wish)
        if made is None:
            return Activations(wish.layer, content.numpy(), None, 0.0, 0.0, np.zeros(len(content)))
        loss, whole = float(content_loss(made, content)), float(content.square().mean())
        shares = content_loss_by_channel(made, content).numpy() / (loss or 1.0)
        parts = loss / whole if whole else 0.0
        return Activations(wish.layer, content.numpy(), made.numpy(), loss, parts, shares)

    def show_nothing(self) -> None:
        """Show no maps."""
        self._found = None
        for view in (self.content, self.generated, self.difference):
            show_map(view, None, MapScale.of())
        self.all.set_maps(None)
        self.most.set_bars(())
        self.text.setText("Pictures and network are being loaded.")

    def show_found(self, found: Activations) -> None:
        """Show all channels, and one of them large."""
        self._found = found
        shown = found.content if found.generated is None else found.generated - found.content
        scale = MapScale.of(shown, signed=True if found.generated is not None else None)
        self.all.set_title("All channels" if found.generated is None else "All differences")
        self.all.set_maps(Maps(quantize(shown, scale.levels), shown, scale.colors, scale.levels))
        self._order = tuple(np.argsort(-found.shares, kind="stable")[:MOST].tolist())
        bars = [Bar(f"{n}", float(found.shares[n]), percent(found.shares[n])) for n in self._order]
        self.most.set_bars(bars if found.loss else ())
        self._show_channel()

    def _most_chosen(self, line: int) -> None:
        if 0 <= line < len(self._order):
            self.look(channel=self._order[line])

    def _show_channel(self) -> None:
        found = self._found
        assert found is not None, "asked only then"
        wanted = self.settings.channel
        channel = found.strongest if wanted is None else min(wanted, len(found.content) - 1)
        content = found.content[channel]
        made = found.generated[channel] if found.generated is not None else None
        both = MapScale.of(content) if made is None else MapScale.of(content, made)
        show_map(self.content, content, both)
        show_map(self.generated, made, both, START_FIRST)
        apart = content * 0 if made is None else made - content
        show_map(self.difference, None if made is None else apart, MapScale.of(apart, signed=True))
        self.all.set_chosen(channel)
        line = self._order.index(channel) if channel in self._order else -1
        self.most.set_chosen(line)
        self.text.setText(_said(found, channel))


def _said(found: Activations, channel: int) -> str:
    if found.generated is None:
        return f"{found.layer}, channel {channel}: what it answers to the content."
    said = (
        f"Content loss {number(found.loss)}: {percent(found.parts)} of the content's mean square. "
        f"Channel {channel} makes {percent(float(found.shares[channel]))} of it"
    )
    most = int(found.shares.argmax())
    if most != channel and found.loss:
        said += f"; most, {percent(float(found.shares[most]))}, channel {most}"
    return f"{said}."
