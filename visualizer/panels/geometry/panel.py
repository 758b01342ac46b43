"""The Geometry panel's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines import geometry
from engines.images import SAMPLES
from visualizer.dialogs import ask_open_picture
from visualizer.file_drops import TakesFiles
from visualizer.formulas import typeset
from visualizer.jobs import JobError
from visualizer.panels.geometry.compute import GeometryResult, compute, sides_of
from visualizer.panels.geometry.editing import KERNELS, Editing
from visualizer.panels.geometry.exports import EXPORTS, Exports
from visualizer.panels.geometry.offers import offers_of
from visualizer.panels.geometry.pointing import Pointer
from visualizer.panels.geometry.poses import poses_of
from visualizer.panels.geometry.scenes import SCENES
from visualizer.panels.geometry.state import GeometryState
from visualizer.panels.geometry.toolbox import PAGES, ToolBox
from visualizer.panels.geometry.tools.use_count import count_cells
from visualizer.panels.geometry.view import GeometryView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.loader import PictureLoader
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource
from visualizer.services import Services


class GeometryPanel(TakesFiles, StatefulPanel[GeometryState]):
    """Slide a kernel over a grid and see every output number being made."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "geometry",
            GeometryState(),
            services,
            carry=lambda present, target: target.looking_like(present),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self.result: GeometryResult | None = None
        self.picture: Picture | None = None
        self._answered = False
        self.computing = self.lane("geometry")
        self.typesetting = self.lane("geometry-formulas")
        self.loader = PictureLoader(services.session, self)
        self.loader.lane.busy_changed.connect(lambda _busy: self.announce_settled())
        self.view = GeometryView(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.pointer = Pointer(self.view, self)
        self.toolbox = ToolBox(
            self.view.drawer, self.lane("geometry-tools"), self.edits, self.say, self
        )
        self.editing = Editing(self.edits, self.view, self.say, self._shown_input, self)
        self.exports = Exports(
            self.job("geometry-export"),
            self.view.export_bar,
            services,
            lambda: (self.result, self.state) if self.result is not None else None,
            self.show_info,
            self.show_error,
            self,
        )
        self.view.controls.set_lists(
            [(s.name, s.title, s.tooltip) for s in SCENES.values()],
            [(p.name, p.title) for p in geometry.PATTERNS.values()],
            [(name, title) for name, (title, _) in KERNELS.items()],
            [(sample.name, sample.title) for sample in SAMPLES.values()],
        )
        self._make_actions()
        self._connect()
        self._show_controls(self.state)
        self._compute()

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.add_action("File", "Open picture…", self.ask_open, "geometry_action_open", "Ctrl+O")
        for name, (title, _, _) in EXPORTS.items():
            self.add_action(
                "File", title, lambda name=name: self.exports.start(name), f"export_{name}"
            )
        for number, (name, title, _) in enumerate(PAGES, start=1):
            self.add_action(
                "View",
                f"Show {title.lower()}",
                lambda name=name: self.open_tool(name),
                f"geometry_tool_{name}",
                f"Alt+{number}",
            )
        self.add_action(
            "View", "Play or pause", self.view.player.toggle, "geometry_play", "Ctrl+Space"
        )

    def _connect(self) -> None:
        player = self.view.player
        player.moved.connect(self._player_moved)
        player.speed_changed.connect(lambda n: self.edits.look(self.state.looking(speed=n)))
        player.playing_changed.connect(self._playing_changed)
        self.view.fill_button.clicked.connect(lambda _on: self.pointer.show())
        self.pointer.output_chosen.connect(self._go_to)
        self.pointer.shown.connect(self.toolbox.matrix.set_cell)
        self.toolbox.shown.connect(self.announce_settled)
        self.toolbox.next_wanted.connect(self.next_hidden)
        self.toolbox.matrix.output_pointed.connect(self._go_to)
        self.view.controls.open_pressed.connect(self.ask_open)
        self.view.output_pane.map.text_typed.connect(self._typed_on_output)

    # -- the panel's contract ---------------------------------------------------------------

    def open_picture(self, path: Path) -> None:
        """Take the input from a crop of the picture file `path`."""
        source = PictureSource(kind="file", name=str(path))
        self.edits.apply(self.state.replace(picture=source, values="picture"), f"open {path.name}")

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        return self._answered and not self.loader.lane.busy and super().is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture."""
        return poses_of(self)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self.view.player.stop()
        self.loader.lane.close()
        super().close_jobs()

    def ask_open(self) -> None:
        """Let the person choose a picture file."""
        path = ask_open_picture(self, self.services.settings)
        if path is not None:
            self.open_picture(path)

    def file_dropped(self, path: Path, _place: QPoint) -> None:
        """Open the dropped picture."""
        self.open_picture(path)

    def open_tool(self, name: str) -> None:
        """Open the tool `name`, or close it if it is open."""
        self.toolbox.open("" if self.state.tool == name else name)

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: GeometryState, after: GeometryState) -> None:
        """Show `after`: only the marks where only the cell is another, else compute anew."""
        if after == before.looking(cell=after.cell):
            self._show_cell(after)
            return
        self._show_controls(after)
        if after.computes_like(before):
            if (before.predict, before.channel, before.filter) != (
                after.predict, after.channel, after.filter,
            ):  # fmt: skip
                self._show_grids()
            self.toolbox.show_state(before, after)
            self._show_cell(after)
        else:
            self.toolbox.show_state(before, after)
            self._compute(follow=self.edits.following)

    def _show_controls(self, state: GeometryState) -> None:
        keep = self.edits.origin == "grid"
        self.view.controls.show_state(state, sides=sides_of(state), keep_grid=keep)
        self.view.player.set_speed(state.speed)

    def _compute(self, *, follow: bool = False) -> None:
        state, self._answered = self.state, False
        if state.values == "picture" and (
            self.picture is None or self.picture.source != state.picture
        ):
            kept = self.loader.kept(state.picture)
            if kept is None:
                self.computing.supersede()
                self.loader.load(state.picture, self._picture_arrived, self._picture_failed)
                return
            self.picture = kept
        picture = self.picture
        self.computing.submit(
            lambda: compute(state, picture), self._show_result, self._failed, follow=follow
        )

    def _picture_arrived(self, picture: Picture) -> None:
        self.say("picture", None)
        self.picture = picture
        self._compute()

    def _picture_failed(self, error: JobError) -> None:
        self.say("picture", error)
        self._answered = True
        self.announce_settled()

    def _failed(self, error: JobError) -> None:
        """Say why there is no such output; the last good drawing stays."""
        self.say("geometry", error)
        self._answered = True
        self.announce_settled()

    def _show_result(self, result: GeometryResult) -> None:
        self.say("geometry", None)
        if self.state.values != "picture":
            self.say("picture", None)
        self.result, self._answered = result, True
        rows, columns = result.layout.shape
        self.view.player.set_count(rows * columns)
        self._show_grids()
        self._show_sizes(result)
        self.view.count_pane.show_cells("Use count", count_cells(result.counts))
        self.view.arrange()
        self.toolbox.set_result(result, self.picture)
        self._show_cell(self.state)
        self.status_changed.emit(
            f"{result.input_title(self.state)} → {result.output_title(self.state)}"
        )
        self.announce_settled()

    def _show_grids(self) -> None:
        result, state = self.result, self.state
        if result is None or not self._fits(state):
            return
        view = self.view
        view.input_pane.show_cells(result.input_title(state), result.input_cells(state.channel))
        view.output_pane.show_cells(
            result.output_title(state), result.output_cells(state.filter, state)
        )
        self.pointer.set_result(result, state)

    def _fits(self, state: GeometryState) -> bool:
        """Return whether the sheets on top exist in the last good result."""
        result = self.result
        return (
            result is not None
            and state.channel < len(result.inputs)
            and state.filter < len(result.outputs)
        )

    def _show_sizes(self, result: GeometryResult) -> None:
        rows, columns = result.layout.shape
        filters = f"{len(result.outputs)} × " if len(result.outputs) > 1 else ""
        self.view.size_label.setText(f"Output size {filters}{rows} × {columns}")
        self.view.advice_label.setText(" ".join(result.advice))
        self.view.advice_label.setVisible(bool(result.advice))
        self.editing.set_offers(offers_of(result))
        same = result.formulas[0] == result.formulas[1]
        self._typeset(result.formulas, same=same)

    def _typeset(self, formulas: tuple[tuple[str, str], ...], *, same: bool) -> None:
        color = self.palette().windowText().color().name()
        points = self.font().pointSizeF()
        chosen = formulas[:1] if same else formulas
        labels = (self.view.row_formula, self.view.column_formula)
        labels[1].setVisible(not same)

        def work() -> list[tuple[bytes, str]]:
            return [(typeset(latex, color, points), plain) for latex, plain in chosen]

        def show(done: list[tuple[bytes, str]]) -> None:
            for label, (svg, plain) in zip(labels, done, strict=False):
                label.set_svg(svg, plain)

        self.typesetting.submit(work, show, self.show_error)

    def changeEvent(self, event: QEvent) -> None:
        """Set the formulas anew in the colour and size of the text."""
        super().changeEvent(event)
        kinds = (event.Type.PaletteChange, event.Type.FontChange)
        if event.type() in kinds and getattr(self, "result", None) is not None:
            self._show_sizes(self.result)

    # -- positions --------------------------------------------------------------------------

    def _show_cell(self, state: GeometryState) -> None:
        """Stand at the cell of `state`, or the nearest that exists."""
        result = self.result
        if result is None or not self._fits(state):
            return
        rows, columns = result.layout.shape
        cell = (min(state.cell[0], rows - 1), min(state.cell[1], columns - 1))
        self.view.player.set_step(cell[0] * columns + cell[1])
        self.pointer.set_state(state.looking(cell=cell))
        self.toolbox.show_cell(cell)

    def _player_moved(self, step: int, _goes_on: bool) -> None:
        if self.result is not None:
            self.pointer.release()
            self._go_to(*divmod(step, self.result.layout.shape[1]))

    def _playing_changed(self, playing: bool) -> None:
        if playing:
            self.pointer.release()
        self.pointer.show()

    def _go_to(self, row: int, column: int) -> None:
        self.edits.look(self.state.looking(cell=(row, column)))

    def next_hidden(self) -> None:
        """Go to the next output cell that is still to be guessed, if there is one."""
        result, state = self.result, self.state
        if result is None:
            return
        hidden = result.hidden(state.filter, state)
        if hidden is None:
            self.toolbox.predict.say("All cells are yours.")
            return
        columns = hidden.shape[1]
        here = state.cell[0] * columns + state.cell[1]
        order = np.roll(np.arange(hidden.size), -(here + 1))
        place = int(order[np.argmax(hidden.ravel()[order])])
        self.pointer.release()
        self._go_to(*divmod(place, columns))
        self.toolbox.predict.begin("")

    def _typed_on_output(self, text: str) -> None:
        if self.state.predict.on:
            if self.state.tool != "predict":
                self.toolbox.open("predict")
            self.toolbox.predict.begin(text)

    def _shown_input(self) -> np.ndarray | None:
        """Return the numbers of the input as they are asked for: (C, H, W)."""
        shown = self.result
        if shown is not None and shown.state.computes_like(self.state):
            return shown.inputs
        return self.state.matrix_array() if self.state.values == "matrix" else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape release what is held."""
        if event.key() == Qt.Key.Key_Escape and self.pointer.release():
            return
        super().keyPressEvent(event)
