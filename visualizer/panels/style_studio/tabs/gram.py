"""Gram: which channels answer together, in the style and in what is made; and one such pair."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QWidget

from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import TabHost
from visualizer.panels.style_studio.tabs.gram_compute import Grams, Pair, Wish, grams
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
)
from visualizer.panels.style_studio.tabs.seeing import Seeing, sight_of
from widgets.bar_list import Bar, BarList
from widgets.form_parts import add_choice, combo, wrapping_label
from widgets.gram_map import GramMap, shared_limit
from widgets.toggle_row import Choice, ToggleRow

MATRIX_LINES = 15
SCALES = (
    Choice("raw", "Raw", "The mean product of two channels: F·Fᵀ / (C·H·W)"),
    Choice(
        "cosine", "Cosine", "Divided by both lengths: −1 opposite, 0 nothing in common, 1 alike"
    ),
)


class GramTab(LookingTab):
    """Both Gram matrices of a layer; a clicked entry's two maps and their product."""

    name = "gram"
    title = "Gram"
    tooltip = "Which channels answer together, in the style and in what is made"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._found: Grams | None = None
        self._cosine = False  # whether that is what is shown
        self.layer = LayerChoice(self.name)
        self.which = combo("gram_style", "Which style is looked at")
        self.scale = ToggleRow("gram_scale", SCALES)
        self.text = wrapping_label("gram_text")
        self.of_style = GramMap("gram_of_style", "Style")
        self.of_generated = GramMap("gram_of_generated", "Generated")
        self.of_style.link_to(self.of_generated)
        self.most = BarList("gram_most", "The pairs that differ most; a click shows one")
        self.pair = wrapping_label("gram_pair")
        self.views = [
            map_view(f"gram_{part}_{whose}", "")
            for part in ("first", "second", "product")
            for whose in ("style", "generated")
        ]
        for view in self.views[2:]:
            (self.views[0] if view in self.views[::2] else self.views[1]).link_to(view)
        fill_page(
            self, self.name, self.layer, self.which, self.scale, self.text,
            MapGrid(
                "gram_matrices", (self.of_style, self.of_generated), 2, MATRIX_LINES, 34,
                grows=False,  # their width is what limits them
            ),
            titled("These pairs differ most", self.most), self.pair,
            MapGrid("gram_maps", self.views),
        )  # fmt: skip
        self._connect()
        self.show_nothing()

    def _connect(self) -> None:
        self.layer.layer_chosen.connect(lambda name: self.edit(name, layer=name, entry=None))
        self.which.activated.connect(lambda n: self.edit(f"style {n + 1}", style=n))
        self.scale.chosen.connect(lambda value: self.edit(value, cosine=value == "cosine"))
        self.most.bar_chosen.connect(self._most_chosen)
        for view in (self.of_style, self.of_generated):
            view.entry_chosen.connect(lambda i, j: self.look(entry=(i, j)))

    def _most_chosen(self, line: int) -> None:
        if self._found is not None and 0 <= line < len(self._found.apart):
            self.look(entry=self._found.apart[line][0])

    # -- what is looked at ------------------------------------------------------------------

    def show_settings(self, context: Context) -> None:
        """Set the controls; the scale alone needs nothing computed."""
        settings = context.state.tabs.gram
        self.layer.show_context(context, self._layer(context))
        count = len(context.transfer.styles) if context.transfer is not None else 1
        names = [f"Style {number}" for number in range(1, count + 1)]
        if len(context.styles) == count:  # others may be chosen while a run goes on
            names = [
                f"{name}: {style.picture.image.source}"
                for name, style in zip(names, context.styles, strict=True)
            ]
        with QSignalBlocker(self.which):
            if [self.which.itemText(index) for index in range(self.which.count())] != names:
                self.which.clear()
                for index, name in enumerate(names):
                    add_choice(self.which, str(index), name, "Its Gram matrix")
            self.which.setCurrentIndex(min(settings.style, count - 1))
        self.which.setVisible(count > 1)
        self.scale.set_value("cosine" if settings.cosine else "raw")
        if self._found is not None and settings.cosine != self._cosine:
            self._show_matrices(self._found)

    def _layer(self, context: Context) -> str:
        return layer_of(context, context.state.tabs.gram.layer, "style")

    def wish_of(self, context: Context) -> Wish | None:
        """Return which matrices and which pair of channels are looked at."""
        sight = sight_of(context, self._layer(context))
        if sight is None:
            return None
        settings = context.state.tabs.gram
        style = min(settings.style, len(sight.transfer.styles) - 1)
        return Wish(sight, style, settings.entry)

    @staticmethod
    def work(wish: Any, seeing: Seeing) -> Grams:
        """Return both matrices and the maps of one pair."""
        return grams(wish, seeing)

    # -- what is shown ----------------------------------------------------------------------

    def show_nothing(self) -> None:
        """Show no matrices."""
        self._found = None
        for view in (self.of_style, self.of_generated):
            view.set_matrix(np.zeros((0, 0), np.float32))
        for view in self.views:
            show_map(view, None, MapScale.of())
        self.most.set_bars(())
        self.pair.setText("")
        self.text.setText("Pictures and network are being loaded.")

    def show_found(self, found: Grams) -> None:
        """Show the matrices, the pairs that differ most, and the chosen pair."""
        self._found = found
        self._show_matrices(found)
        self.most.set_bars(
            [Bar(f"channels {i} and {j}", part, percent(part)) for (i, j), part in found.apart]
        )
        pairs = [pair for pair, _ in found.apart]
        entry = found.style_pair.entry
        self.most.set_chosen(pairs.index(entry) if entry in pairs else -1)
        self._show_pair(found)
        self.text.setText(_said(found))

    def _show_matrices(self, found: Grams) -> None:
        cosine = self._cosine = self.settings.cosine
        style = found.style_cosine if cosine else found.style
        made = found.generated_cosine if cosine else found.generated
        limit = None if cosine else shared_limit(*(one for one in (style, made) if one is not None))
        self.of_style.set_matrix(style, cosine=cosine, limit=limit)
        if made is None:
            self.of_generated.set_matrix(np.zeros((0, 0), np.float32))
            self.of_generated.set_hint(START_FIRST)
        else:
            self.of_generated.set_matrix(made, cosine=cosine, limit=limit)
        for view in (self.of_style, self.of_generated):
            view.set_chosen(found.style_pair.entry)

    def _show_pair(self, found: Grams) -> None:
        i, j = found.style_pair.entry
        self.pair.setText(_pair_said(found))
        pairs = (found.style_pair, found.generated_pair)
        for row, part in enumerate((f"{i}", f"{j}", f"{i} × {j}")):
            shown = [pair.maps[row] for pair in pairs if pair is not None]
            scale = MapScale.of(*shown)
            for column, whose in enumerate(("Style", "Generated")):
                view = self.views[2 * row + column]
                view.set_title(f"{whose}: {part}")
                pair = pairs[column]
                show_map(view, None if pair is None else pair.maps[row], scale, START_FIRST)


def _said(found: Grams) -> str:
    count = len(found.style)
    said = f"{found.layer}: {count} × {count} numbers, wherever on the picture things are."
    if found.generated is not None:
        said += (
            f" Style loss {number(found.loss)}: {percent(found.parts)} of the style's mean square."
        )
    if found.covered == 0:
        said += " The style's mask leaves nothing of the picture at this size."
    elif found.covered is not None:
        covered = percent(found.covered)
        said += f" Only what the style's mask covers counts, {covered} of the picture."
    if found.run_compares:
        said += f" The run compares {found.run_compares}."
    return said


def _pair_said(found: Grams) -> str:
    i, j = found.style_pair.entry
    whose = "Channel " + f"{i} with itself" if i == j else f"Channels {i} and {j}"
    return f"{whose}: {_numbers('style', found.style_pair)}" + (
        f"; {_numbers('generated', found.generated_pair)}."
        if found.generated_pair is not None
        else "."
    )


def _numbers(whose: str, pair: Pair) -> str:
    cosine = "no direction" if np.isnan(pair.cosine) else f"cosine {pair.cosine:.3f}"
    return f"{whose} {number(pair.value)}, {cosine.replace('-', '−')}"
