"""The Kernel Lab's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import (
    QAction,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
    QUndoStack,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines import kernel_operations, kernels
from engines.errors import EngineError
from engines.images import SAMPLES
from visualizer import mime
from visualizer.dialogs import ask_open_picture, ask_save_result
from visualizer.history import History
from visualizer.hover_link import CHANNELS, HoverLink, Sliding
from visualizer.jobs import JobError, LatestWins
from visualizer.panels.base import Panel
from visualizer.panels.kernel_lab.compute import (
    FilterResult,
    KernelReport,
    Picture,
    report_on,
    run_filter,
)
from visualizer.panels.kernel_lab.pictures import PictureLoader
from visualizer.panels.kernel_lab.saving import save_result
from visualizer.panels.kernel_lab.view import KernelLabView
from visualizer.services import Services
from visualizer.state import KernelLabState, PictureSource

NAMING_MILLISECONDS = 80
LOADING_ENGINE = "Loading the compute engine…"


class KernelLabPanel(Panel):
    """Edit a kernel over a picture; the result follows every keystroke."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("kernel_lab")
        self.setAcceptDrops(True)
        self._services = services
        self.history: History[KernelLabState] = History(KernelLabState(), self)
        self.filtering = LatestWins("filtering", self)
        self.naming = LatestWins("naming", self)
        self.loader = PictureLoader(services.session, self)
        # A name is wanted when the kernel rests, not at every step of a drag.
        self._naming_timer = QTimer(self, singleShot=True, interval=NAMING_MILLISECONDS)
        self._naming_timer.timeout.connect(self._name_kernel)
        self.picture: Picture | None = None
        self.result: FilterResult | None = None
        self._following = False
        self._edit_came_from_grid = False
        self._filter_error = False
        self._failed_source: PictureSource | None = None

        self.view = KernelLabView()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.hover = HoverLink(
            self.view.input_view,
            self.view.output_view,
            self.view.applied_grid,
            self.view.products,
            self,
        )
        self._make_actions()
        self._fill_controls()
        self._connect()
        self.view.controls.show_state(self.state)
        self.view.output_view.set_overlay_text(LOADING_ENGINE)
        self._load_picture(self.state.picture)
        self._name_kernel()

    @property
    def state(self) -> KernelLabState:
        """The present state."""
        return self.history.present

    # -- the panel's contract ---------------------------------------------------------------

    def undo_stack(self) -> QUndoStack:
        """Return the stack of this panel's edits."""
        return self.history.stack

    def menu_actions(self, menu: str) -> list[QAction]:
        """Return this panel's entries of `menu`."""
        return self._actions.get(menu, [])

    def snapshot(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        return self.state.model_dump(mode="json")

    def restore(self, state: dict[str, Any]) -> None:
        """Show an earlier snapshot; what does not fit is said."""
        try:
            restored = KernelLabState.model_validate(state)
        except ValidationError as error:
            self.show_error(JobError("The saved state does not fit this version.", str(error)))
            return
        self.history.apply(restored, "restored session")

    def open_picture(self, path: Path) -> None:
        """Load and show the picture file `path`."""
        self._load_picture(PictureSource(kind="file", name=str(path)))

    def show_error(self, error: JobError) -> None:
        """Tell the person what went wrong."""
        self.view.messages.show_message(error.sentence, kind="error", details=error.details)

    def show_info(self, text: str) -> None:
        """Tell the person something that needs no answer."""
        self.view.messages.show_message(text, kind="info")

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        lanes = (self.filtering, self.naming, self.loader.lane)
        waiting = self._naming_timer.isActive() or any(lane.busy for lane in lanes)
        return self.result is not None and not waiting

    def pose(self) -> None:
        """Explain a pixel near the middle, where a sample picture has structure."""
        if self.result is not None:
            height, width = self.result.values.shape[:2]
            self.hover.point_at("output", height * 2 // 5, width // 2)

    def close_jobs(self) -> None:
        """Cancel and join everything that runs for this panel."""
        self._naming_timer.stop()
        for lane in (self.filtering, self.naming, self.loader.lane):
            lane.close()

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        def action(text: str, shortcut: str, slot: object, name: str) -> QAction:
            made = QAction(text, self)
            made.setObjectName(name)
            if shortcut:
                made.setShortcut(shortcut)
            made.triggered.connect(slot)
            return made

        open_action = action("Open picture…", "Ctrl+O", self.ask_open, "action_open")
        self.save_action = action("Save output…", "Ctrl+S", self.ask_save, "action_save")
        self.save_action.setEnabled(False)
        paste = action("Paste picture", "Ctrl+Shift+V", self.paste_picture, "action_paste_picture")
        fit = action("Fit pictures", "Ctrl+0", self._fit, "action_fit")
        self._actions = {"File": [open_action, self.save_action], "Edit": [paste], "View": [fit]}

    def _fill_controls(self) -> None:
        controls = self.view.controls
        controls.set_samples((sample.name, sample.title) for sample in SAMPLES.values())
        controls.set_presets((k.name, k.family, k.description) for k in kernels.PRESETS.values())
        controls.set_operations(
            [(operation.name, operation.tooltip) for operation in kernel_operations.OPERATIONS]
        )

    def _connect(self) -> None:
        controls = self.view.controls
        self.history.changed.connect(self._state_changed)
        controls.kernel_edited.connect(self._kernel_edited)
        controls.grid.matrix_pasted.connect(self._matrix_pasted)
        controls.grid.paste_rejected.connect(lambda text: self.show_error(JobError(text)))
        controls.grid.cell_rejected.connect(self._cell_rejected)
        controls.grid.cell_accepted.connect(lambda _r, _c: self._cell_accepted())
        controls.preset_chosen.connect(self._preset_chosen)
        controls.operation_pressed.connect(self._operation_pressed)
        controls.size_changed.connect(self._size_changed)
        controls.option_changed.connect(self._option_changed)
        controls.sample_chosen.connect(
            lambda name: self._load_picture(PictureSource(kind="sample", name=name))
        )
        controls.open_pressed.connect(self.ask_open)
        controls.paste_pressed.connect(self.paste_picture)
        self.view.channel_row.chosen.connect(
            lambda name: self.hover.set_channel(CHANNELS[3].index(name))
        )
        self.view.messages.action_triggered.connect(self._load_scaled_down)

    # -- edits ------------------------------------------------------------------------------

    def _kernel_edited(self, values: np.ndarray, continuous: bool) -> None:
        self._edit_came_from_grid = True
        self._following = continuous
        self.history.apply(self.state.with_kernel(values), "edit of the kernel", merge_key="grid")
        if not continuous:
            self.history.end_merge()
        self._edit_came_from_grid = False
        self._following = False

    def _matrix_pasted(self, values: np.ndarray) -> None:
        self._set_kernel(values, "pasted kernel")

    def _preset_chosen(self, name: str) -> None:
        self._set_kernel(kernels.PRESETS[name].values, name)

    def _operation_pressed(self, name: str) -> None:
        operation = next(op for op in kernel_operations.OPERATIONS if op.name == name)
        try:
            self._set_kernel(operation.function(self.state.kernel_array()), operation.label)
        except EngineError as error:
            self.show_error(JobError(str(error)))

    def _size_changed(self, rows: int, columns: int) -> None:
        resized = kernel_operations.resize(self.state.kernel_array(), rows, columns)
        self._set_kernel(resized, f"size {rows} × {columns}")

    def _set_kernel(self, values: np.ndarray, label: str) -> None:
        self.history.end_merge()
        self.history.apply(self.state.with_kernel(values), label)

    def _option_changed(self, field: str, value: object) -> None:
        self.history.apply(self.state.replace(**{field: value}), f"{field} {value}")
        self.view.controls.show_state(self.state, keep_grid=True)

    def _cell_rejected(self, row: int, column: int, text: str, message: str) -> None:
        where = f"Row {row + 1}, column {column + 1} of the kernel"
        self.view.messages.show_message(
            f"{where}: {message} The last good kernel is still applied.", kind="warning"
        )

    def _cell_accepted(self) -> None:
        if self.view.messages.kind() == "warning" and not self.view.controls.grid.invalid_cells():
            self.view.messages.clear()

    # -- pictures ---------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Let the person choose a picture file."""
        path = ask_open_picture(self, self._services.settings)
        if path is not None:
            self.open_picture(path)

    def paste_picture(self) -> None:
        """Take the picture, or the picture file, that is on the clipboard."""
        self._take_mime(QGuiApplication.clipboard().mimeData())

    def _take_mime(self, data: Any) -> None:
        path = mime.picture_file(data)
        if path is not None:
            self.open_picture(path)
            return
        pixels = mime.pixels_of(data)
        if pixels is None:
            self.show_error(JobError("The clipboard holds no picture. Copy one, then paste again."))
            return
        self.loader.paste(
            pixels,
            self._picture_arrived,
            lambda error: self._picture_failed(self.state.picture, error),
        )

    def _load_picture(self, source: PictureSource, *, scale_down: bool = False) -> None:
        def failed(error: JobError) -> None:
            self._picture_failed(source, error)

        self.loader.load(source, self._picture_arrived, failed, scale_down=scale_down)

    def _picture_arrived(self, picture: Picture) -> None:
        self.picture = picture
        self.view.messages.clear()
        if picture.image.notes:
            self.show_info(" ".join(picture.image.notes))
        if picture.source != self.state.picture:
            self.history.end_merge()
            self.history.apply(
                self.state.replace(picture=picture.source), f"picture {picture.image.source}"
            )
        else:
            self._show_input()
            self._filter()

    def _picture_failed(self, source: PictureSource, error: JobError) -> None:
        self._failed_source = source
        too_large = self.loader.too_large is not None
        self.view.messages.show_message(
            error.sentence,
            kind="error",
            details=error.details,
            action_text="Load it scaled down" if too_large else "",
        )
        if self.picture is None:
            self._load_picture(PictureSource())
        elif self.state.picture != self.picture.source:
            # An undo or a restored session led to a picture that is gone: keep what is shown.
            self.history.apply(self.state.replace(picture=self.picture.source), "picture kept")
        self._show_picture_name()

    def _load_scaled_down(self) -> None:
        if self._failed_source is not None:
            self.view.messages.clear()
            self._load_picture(self._failed_source, scale_down=True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Accept what carries a picture."""
        if mime.carries_picture(event.mimeData()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the dropped picture."""
        event.acceptProposedAction()
        self._take_mime(event.mimeData())

    # -- state → job → result → view --------------------------------------------------------

    def _state_changed(self, before: KernelLabState, after: KernelLabState) -> None:
        self.view.controls.show_state(after, keep_grid=self._edit_came_from_grid)
        if before.kernel != after.kernel:
            self._naming_timer.start()
        if self.picture is None or self.picture.source != after.picture:
            kept = self.loader.kept(after.picture)
            if kept is None:
                self._load_picture(after.picture)
            else:
                self.picture = kept
        if before.picture != after.picture or before.color != after.color:
            self._show_input()
        self._filter()
        self.state_changed.emit()

    def _filter(self) -> None:
        picture, state = self.picture, self.state
        if picture is None or picture.source != state.picture:
            return
        self.filtering.submit(
            lambda: run_filter(picture, state),
            self._show_result,
            self._filter_failed,
            follow=self._following,
        )

    def _filter_failed(self, error: JobError) -> None:
        self._filter_error = True
        self.view.output_view.set_overlay_text(None)
        self.show_error(error)
        self._announce_settled()

    def _name_kernel(self) -> None:
        kernel = self.state.kernel_array()
        self.naming.submit(lambda: report_on(kernel), self._show_report, self.show_error)

    def _show_report(self, report: KernelReport) -> None:
        self.view.controls.name_label.setText(report.name)
        self.view.controls.facts_label.setText(" ".join(report.sentences))
        self._announce_settled()

    def _show_input(self) -> None:
        picture = self.picture
        if picture is None:
            return
        rendered = picture.rendered(self.state.color)
        self.view.set_picture_aspect(picture.image.width / picture.image.height)
        self.view.input_view.set_picture(
            rendered.pixels,
            picture.values(self.state.color),
            colors=rendered.colors,
            levels=rendered.levels,
        )
        self._show_picture_name()

    def _show_picture_name(self) -> None:
        if self.picture is None:
            return
        source = self.picture.source
        sample = source.name if source.kind == "sample" else None
        self.view.controls.show_picture_name(self.picture.image.source, sample)

    def _show_result(self, result: FilterResult) -> None:
        if self._filter_error:
            self._filter_error = False
            self.view.messages.clear()
        self.result = result
        state, geometry = result.state, result.geometry
        self.view.output_view.set_overlay_text(None)
        self.view.output_view.set_picture(
            result.rendered.pixels,
            result.values,
            colors=result.rendered.colors,
            levels=result.rendered.levels,
            pixel_size=(geometry.step_y, geometry.step_x),
            origin=(geometry.origin_y, geometry.origin_x),
        )
        self.view.input_view.reserve_bar(result.rendered.colors != "rgb")
        sliding = Sliding(
            values=result.picture.values(state.color),
            kernel=state.kernel_array(),
            operation=state.operation,
            padding=state.padding,
            border=state.border,
            stride=state.stride,
            dilation=state.dilation,
        )
        self.view.applied_grid.set_kernel(sliding.applied_kernel())
        self.view.applied_label.setText(
            "Kernel as applied: turned by 180°"
            if state.operation == "convolution"
            else "Kernel as applied: as it is"
        )
        self.view.channel_row.setVisible(sliding.values.shape[2] == 3)
        self.hover.set_sliding(sliding, result.values.shape[:2])
        self.save_action.setEnabled(True)
        self._show_status(result)
        self._announce_settled()

    def _show_status(self, result: FilterResult) -> None:
        height, width = result.picture.image.height, result.picture.image.width
        rows, columns = result.state.kernel_array().shape
        self.status_changed.emit(
            f"{width} × {height} → {result.geometry.width} × {result.geometry.height}"
            f"   {rows} × {columns} kernel, {result.method}, {result.milliseconds:.1f} ms"
        )

    def _announce_settled(self) -> None:
        if self.is_settled():
            self.settled.emit()

    # -- saving and keys --------------------------------------------------------------------

    def ask_save(self) -> None:
        """Save the output: what is shown, or the numbers."""
        if self.result is None:
            return
        chosen = ask_save_result(self, self._services.settings)
        if chosen is not None:
            self.save(*chosen)

    def save(self, path: Path, numbers: bool) -> None:
        """Write the present output to `path`: the unclipped numbers, or what is shown."""
        result = self.result
        if result is not None:
            self._services.saving.submit(
                lambda: save_result(path, result, numbers=numbers),
                lambda _: self.show_info(f"Saved {path.name}."),
                self.show_error,
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Let Escape release the pinned pixel."""
        if event.key() == Qt.Key.Key_Escape and self.hover.release():
            return
        super().keyPressEvent(event)

    def _fit(self) -> None:
        self.view.input_view.fit()
