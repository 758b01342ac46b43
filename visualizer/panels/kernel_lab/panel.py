"""The Kernel Lab's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer import mime
from visualizer.dialogs import ask_save_result
from visualizer.hover_link import HoverLink
from visualizer.jobs import JobError
from visualizer.panels.kernel_lab.compute import (
    FilterResult,
    KernelReport,
    report_on,
    run_filter,
)
from visualizer.panels.kernel_lab.kernel_editing import KernelEditor
from visualizer.panels.kernel_lab.poses import poses_of
from visualizer.panels.kernel_lab.result_display import ResultDisplay
from visualizer.panels.kernel_lab.saving import save_result
from visualizer.panels.kernel_lab.toolbox import ToolBox
from visualizer.panels.kernel_lab.tools import TOOLS
from visualizer.panels.kernel_lab.tools.calibrator import remembered_costs, use_costs
from visualizer.panels.kernel_lab.view import KernelLabView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.choosing import PictureChooser
from visualizer.pictures.picture import Picture
from visualizer.pictures.picture_input import NOT_STARTED, PictureInput
from visualizer.pictures.source import LIVE_KINDS, PictureSource
from visualizer.services import Services
from visualizer.state import KernelLabState

NAMING_MILLISECONDS = 80
LOADING_ENGINE = "Loading the compute engine…"


class KernelLabPanel(StatefulPanel[KernelLabState]):
    """Edit a kernel over a picture; the result follows every keystroke."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "kernel_lab",
            KernelLabState(),
            services,
            carry=lambda present, target: target.looking_like(present),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self._answered = False  # the first picture was filtered, or refused
        self.filtering = self.lane("filtering")
        self.naming = self.lane("naming")
        # A name is wanted when the kernel rests, not at every step of a drag.
        self._naming_timer = QTimer(self, singleShot=True, interval=NAMING_MILLISECONDS)
        self._naming_timer.timeout.connect(self._name_kernel)
        self.result: FilterResult | None = None

        self.view = KernelLabView(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        view = self.view
        self.hover = HoverLink(
            view.input_view, view.output_view, view.applied_grid, view.products, self
        )
        self.display = ResultDisplay(view, self.hover)
        self.input = PictureInput(
            self.edits, services.session, self.messages, self.show_error, self
        )
        self.choosing = PictureChooser(view.controls.picture, self.input, services.settings, self)
        self.editor = KernelEditor(self.edits, view.controls.kernel, self.messages, self)
        self.toolbox = ToolBox(
            view.drawer,
            lambda kind: kind(view.input_view, services.settings),
            self.edits,
            lambda error: self.say("tool", error),
            self,
        )
        self._make_actions()
        self._connect()
        view.controls.show_state(self.state)
        view.output_view.set_overlay_text(LOADING_ENGINE)
        self.input.load(self.state.picture)
        self._name_kernel()
        costs = remembered_costs(services.settings)
        if costs is not None:
            services.saving.submit(lambda: use_costs(costs), lambda _: None, self.show_error)

    @property
    def picture(self) -> Picture | None:
        """The present picture."""
        return self.input.picture

    # -- the panel's contract ---------------------------------------------------------------

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot, a sample in place of a camera or video; see `Panel`."""
        if state.get("picture", {}).get("kind") in LIVE_KINDS:
            state = {**state, "picture": PictureSource().model_dump()}
            self.show_info(NOT_STARTED)
        super().restore(state)

    def open_picture(self, path: Path) -> None:
        """Load and show the picture file `path`, or play it if it is a video."""
        self.input.load(mime.source_of(path))

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        waiting = self._naming_timer.isActive() or not super().is_settled()
        if waiting or not self._answered:
            return False
        return self.input.is_settled() and self.toolbox.is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture: the explained pixel, the chain, every tool."""
        return poses_of(self)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self._naming_timer.stop()
        self.input.close_jobs()
        self.toolbox.close_jobs()
        super().close_jobs()

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        add, editor = self.add_action, self.editor
        add("File", "Open picture…", self.choosing.ask_open, "action_open", "Ctrl+O")
        add("File", "Play video…", self.choosing.ask_video, "action_video")
        self.save_action = add("File", "Save output…", self.ask_save, "action_save", "Ctrl+S")
        self.save_action.setEnabled(False)
        add("Edit", "Paste picture", self.choosing.paste, "action_paste_picture", "Ctrl+Shift+V")
        self.share_actions("Edit", self.view.controls.kernel.copy_actions)
        add("Edit", "Add a kernel", editor.add_link, "action_add_kernel", "Ctrl+Shift+A")
        add("Edit", "Remove the kernel", editor.remove_link, "action_remove_kernel")
        add("View", "Fit pictures", self.view.input_view.fit, "action_fit", "Ctrl+0")
        for number, kind in enumerate(TOOLS, start=1):
            add(
                "View",
                f"Show {kind.title.lower()}",
                lambda name=kind.name: self.open_tool(name),
                f"action_tool_{kind.name}",
                f"Alt+{number}",
            )

    def _connect(self) -> None:
        controls = self.view.controls
        controls.options.option_changed.connect(self._option_changed)
        controls.options.option_dragged.connect(self._option_dragged)
        self.input.arrived.connect(self._picture_arrived)
        self.input.frame_arrived.connect(lambda: self._filter(follow=True))
        self.toolbox.shown.connect(self.announce_settled)

    # -- pictures ---------------------------------------------------------------------------

    def _picture_arrived(self) -> None:
        self._show_input()
        self._filter()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture."""
        if mime.carries_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped picture."""
        event.acceptProposedAction()
        self.input.take(event.mimeData())

    # -- edits ------------------------------------------------------------------------------

    def open_tool(self, name: str) -> None:
        """Open the tool `name` under the pictures, or close it if it is open."""
        self.toolbox.open("" if self.state.tools.open == name else name)

    def _option_changed(self, field: str, value: object) -> None:
        self.edits.apply(self.state.replace(**{field: value}), f"{field} {value}")
        self.view.controls.options.show_state(self.state)

    def _option_dragged(self, field: str, value: float, goes_on: bool) -> None:
        self.edits.apply(
            self.state.replace(**{field: value}),
            field,
            merge_key=field,
            goes_on=goes_on,
            held=goes_on,
        )

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: KernelLabState, after: KernelLabState) -> None:
        """Set the controls to `after` and compute what follows from it."""
        self.view.controls.show_state(after, keep_grid=self.edits.origin == "grid")
        self.editor.clear_refusal()
        self.toolbox.show_state(after)
        if before.kernel != after.kernel:
            self._naming_timer.start()
        if before.picture != after.picture:
            self.input.follow(after.picture)
        if before.picture != after.picture or before.color != after.color:
            self._show_input()
        if after.filters_like(before):
            self.toolbox.refresh()
        else:
            self._filter(follow=self.edits.following)

    def _filter(self, *, follow: bool = False) -> None:
        picture, state = self.picture, self.state
        if picture is None or not self.input.shows(state.picture):
            return
        self.filtering.submit(
            lambda: run_filter(picture, state),
            self._show_result,
            self._filter_failed,
            follow=follow,
        )

    def _filter_failed(self, error: JobError) -> None:
        self._answered = True
        self.view.output_view.set_overlay_text(None)
        self.say("filter", error)
        self.input.live.ready_for_next()
        self.announce_settled()

    def _show_result(self, result: FilterResult) -> None:
        self.say("filter", None)
        self.result, self._answered = result, True
        if result.picture.source.is_live:
            self.display.show_input(result.picture, result.state.color)
        self.display.show_result(result)
        self.save_action.setEnabled(True)
        self.status_changed.emit(self.display.status(result))
        self.toolbox.refresh(result)
        self.input.live.ready_for_next()
        self.announce_settled()

    def _name_kernel(self) -> None:
        kernel = self.state.kernel_array()
        self.naming.submit(lambda: report_on(kernel), self._show_report, self.show_error)

    def _show_report(self, report: KernelReport) -> None:
        self.view.controls.kernel.name_label.setText(report.name)
        self.view.controls.kernel.facts_label.setText(" ".join(report.sentences))
        self.announce_settled()

    def _show_input(self) -> None:
        picture = self.picture
        if picture is not None:
            self.display.show_input(picture, self.state.color)
            self.choosing.show_source()
            self.services.shown.show(picture.source)

    # -- saving and keys --------------------------------------------------------------------

    def ask_save(self) -> None:
        """Save the output: what is shown, or the numbers."""
        if self.result is None:
            return
        chosen = ask_save_result(self, self.services.settings)
        if chosen is not None:
            self.save(*chosen)

    def save(self, path: Path, numbers: bool) -> None:
        """Write the present output to `path`: the unclipped numbers, or what is shown."""
        result = self.result
        if result is not None:
            self.services.saving.submit(
                lambda: save_result(path, result, numbers=numbers),
                lambda _: self.show_info(f"Saved {path.name}."),
                self.show_error,
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape release the pinned pixel."""
        if event.key() == Qt.Key.Key_Escape and self.hover.release():
            return
        super().keyPressEvent(event)
