"""The Signals panel's controller: from the person's edit to state, job, result and view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from PySide6.QtCore import QElapsedTimer, QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPalette
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.signals import FILE_SUFFIXES
from visualizer.dialogs import ask_open_signal
from visualizer.file_drops import TakesFiles
from visualizer.formulas import typeset
from visualizer.jobs import JobError
from visualizer.panels.signals import explanation
from visualizer.panels.signals.compute import Refusal, Result, Workbench
from visualizer.panels.signals.display import show_result, status
from visualizer.panels.signals.poses import poses_of
from visualizer.panels.signals.saving import COPIES, numpy_text
from visualizer.panels.signals.state import SignalsState, Which
from visualizer.panels.signals.toolbox import ToolBox
from visualizer.panels.signals.tools import make_tools
from visualizer.panels.signals.view import SignalsView
from visualizer.panels.stateful import StatefulPanel
from visualizer.pictures.source import PictureSource
from visualizer.services import Services

FORMULA_MILLISECONDS = 150
FAST = 10  # samples that an arrow key goes with Shift


class SignalsPanel(TakesFiles, StatefulPanel[SignalsState]):
    """Slide one signal over another and watch each number of the output being made."""

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(
            "signals",
            SignalsState(),
            services,
            carry=lambda present, target: target.looking_like(present).with_lab_picture(
                services.shown.source
            ),
            parent=parent,
        )
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._workbench = Workbench()
        self._sliding = self.lane("sliding")
        self._typesetting = self.lane("typesetting")
        self._answered = False
        # Setting a formula takes some 40 ms of Python, which a drag cannot spare at every step.
        self._formula_timer = QTimer(self, singleShot=True, interval=FORMULA_MILLISECONDS)
        self._formula_timer.timeout.connect(self._typeset)
        self._quick = QElapsedTimer()  # since the last result
        self._grabbed_t = 0.0
        self.result: Result | None = None
        self.view = SignalsView(self.messages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.toolbox = ToolBox(
            self.view.drawer,
            make_tools(),
            self.edits,
            self.lane("signal tools"),
            lambda error: self.say("tool", error),
            self,
        )
        self._make_actions()
        self._connect()
        self.view.controls.show_state(self.state)
        self.view.player.set_speed(self.state.speed)
        self._compute()

    # -- the panel's contract ---------------------------------------------------------------

    def open_picture(self, path: Path) -> None:
        """Take a row of the picture `path` as f, or the signal in it if it is a CSV or WAV file."""
        self.open_file(path, "f")

    def open_file(self, path: Path, which: Which) -> None:
        """Take the file `path` as the signal `which`: numbers, sound, or the row of a picture."""
        source = self.state.source(which)
        if path.suffix.lower() in FILE_SUFFIXES:
            source = source.replace(kind="file", path=str(path))
        else:
            source = source.replace(
                kind="picture", picture=PictureSource(kind="file", name=str(path)), of_lab=False
            )
        self.edits.apply(self.state.replace(**{which: source}), f"{which} from {path.name}")

    def is_settled(self) -> bool:
        """Return whether everything asked for is computed and shown."""
        return self._answered and not self._formula_timer.isActive() and super().is_settled()

    def poses(self) -> Mapping[str, Callable[[], None]]:
        """Return the states worth a picture: both views and every page."""
        return poses_of(self)

    def close_jobs(self) -> None:
        """Stop playing; cancel and join everything that runs."""
        self.view.player.stop()
        self.toolbox.stop()
        self._formula_timer.stop()
        super().close_jobs()

    # -- building ---------------------------------------------------------------------------

    def _make_actions(self) -> None:
        add = self.add_action
        add("File", "Open f…", lambda: self.ask_open("f"), "action_open_f", "Ctrl+O")
        add("File", "Open g…", lambda: self.ask_open("g"), "action_open_g", "Ctrl+Shift+O")
        for what, text in COPIES.items():
            action = add("Edit", text, lambda w=what: self.copy(w), f"action_copy_{what}")
            self.view.copy_menu.addAction(action)
        add("Edit", "Exchange f and g", self.exchange, "action_exchange", "Ctrl+E")
        add("View", "Show all times", self.view.f_plot.fit, "action_fit", "Ctrl+0")
        for number, (name, tool) in enumerate(self.toolbox.tools.items(), start=1):
            add(
                "View",
                f"Show {tool.title.lower()}",
                lambda n=name: self.open_tool(n),
                f"action_tool_{name}",
                f"Alt+{number}",
            )

    def _connect(self) -> None:
        view, controls = self.view, self.view.controls
        controls.option_chosen.connect(self._option_chosen)
        controls.step_dragged.connect(self._step_dragged)
        for which, editor in controls.editors.items():
            editor.edited.connect(
                lambda changes, what, more, w=which: self._source_edited(w, changes, what, more)
            )
            editor.open_pressed.connect(lambda w=which: self.ask_open(w))
        view.g_plot.slide_began.connect(self._grabbed)
        view.g_plot.slid.connect(lambda by, more: self._go_to(self._grabbed_t + by, more))
        view.output_plot.slide_began.connect(self._grabbed)
        view.output_plot.pointed.connect(self._go_to)
        view.player.moved.connect(self._played)
        view.player.speed_changed.connect(
            lambda speed: self.edits.look(self.state.replace(speed=speed))
        )
        self.toolbox.shown.connect(self.announce_settled)
        self.services.shown.changed.connect(self._lab_picture_changed)

    # -- edits ------------------------------------------------------------------------------

    def ask_open(self, which: Which) -> None:
        """Let the person choose a file for the signal `which`."""
        path = ask_open_signal(self, self.services.settings, which)
        if path is not None:
            self.open_file(path, which)

    def open_tool(self, name: str) -> None:
        """Open the page `name` under the plots, or close it if it is open."""
        self.toolbox.open("" if self.state.tools.open == name else name)

    def exchange(self) -> None:
        """Let f be g and g be f."""
        self.edits.apply(self.state.replace(f=self.state.g, g=self.state.f), "exchange f and g")

    def copy(self, what: str) -> None:
        """Put f, g, the products or the output on the clipboard as NumPy."""
        if self.result is not None:
            QGuiApplication.clipboard().setText(numpy_text(self.result, what))

    def _option_chosen(self, field: str, value: str) -> None:
        if field == "view":
            step = self.state.step
            if self.result is not None and self.result.unit == "s":
                step = self.result.f.step
            self.edits.apply(self.state.with_view(value, step), value)  # type: ignore[arg-type]
        else:
            self.edits.apply(self.state.replace(**{field: value}), value)

    def _step_dragged(self, step: float, goes_on: bool) -> None:
        t = self.state.t / self.state.step * step
        self._merged(self.state.replace(step=step, t=t), "sampling step", goes_on)

    def _source_edited(
        self, which: Which, changes: dict[str, object], what: str, goes_on: bool
    ) -> None:
        source = self.state.source(which).replace(**changes)
        if changes.get("of_lab"):
            source = source.replace(picture=self.services.shown.source)
        self._merged(self.state.replace(**{which: source}), f"{what} of {which}", goes_on)

    def _lab_picture_changed(self, picture: PictureSource) -> None:
        # No step of its own: it was none of this panel's edits.
        self.edits.look(self.state.with_lab_picture(picture))

    def _merged(self, state: SignalsState, what: str, goes_on: bool) -> None:
        self.edits.apply(state, what, merge_key=what, goes_on=goes_on, held=goes_on)

    # -- t ----------------------------------------------------------------------------------

    def _grabbed(self) -> None:
        self.view.player.stop()
        self._grabbed_t = self.result.slide.t if self.result is not None else self.state.t

    def _go_to(self, t: float, goes_on: bool = False) -> None:
        """Slide g to the sample next to `t`, at most to where the two only just touch."""
        result = self.result
        if result is None:
            return
        index = round((t - result.first) / result.f.step)
        index = min(max(index, 0), result.count - 1)
        self._merged(self.state.replace(t=result.time_at(index)), "t", goes_on)

    def _played(self, step: int, goes_on: bool) -> None:
        if self.result is not None:
            self._go_to(self.result.time_at(step), goes_on)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrow keys move t by a sample (Shift: by ten), Home and End to its ends, Space plays."""
        result = self.result
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if result is None:
            super().keyPressEvent(event)
        elif event.key() in steps:
            fast = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.view.player.stop()
            by = steps[event.key()] * (FAST if fast else 1)
            self._go_to(self.state.t + by * result.f.step)
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.view.player.stop()
            last = 0 if event.key() == Qt.Key.Key_Home else result.count - 1
            self._go_to(result.time_at(last))
        elif event.key() == Qt.Key.Key_Space:
            self.view.player.toggle()
        else:
            super().keyPressEvent(event)

    # -- state → job → result → view --------------------------------------------------------

    def show_change(self, before: SignalsState, after: SignalsState) -> None:
        """Set the controls to `after` and compute what follows from it."""
        self.view.player.set_speed(after.speed)
        if before.replace(t=after.t) != after:
            self.view.controls.show_state(after)
        self.toolbox.show_state(after)
        if after.computes_like(before):
            self.toolbox.refresh()
        else:
            self._compute(follow=self.edits.following)

    def _compute(self, *, follow: bool = False) -> None:
        state, self._answered = self.state, False
        self._sliding.submit(
            lambda: self._workbench.run(state), self._answer, self._failed, follow=follow
        )

    def _answer(self, answer: Result | Refusal) -> None:
        refused = answer if isinstance(answer, Refusal) else None
        for which, editor in self.view.controls.editors.items():
            wrong = refused is not None and refused.is_formula and refused.which == which
            editor.mark_formula(refused.sentence if wrong else "")
        if refused is not None:
            self.say("signals", JobError(refused.sentence))
        else:
            self.say("signals", None)
            self.result = answer
            show_result(self.view, answer)
            self._typeset_soon()
            self.toolbox.refresh(answer)
            self.status_changed.emit(status(answer))
        self._answered = True  # only now: what follows from the answer is under way
        self.announce_settled()

    def _failed(self, error: JobError) -> None:
        self._answered = True
        self.say("signals", error)
        self.announce_settled()

    def _typeset_soon(self) -> None:
        """Set the formulas at once; of a quick run of results only now and then, and the last."""
        if not self._formula_timer.isActive():
            resting = not self._quick.isValid() or self._quick.elapsed() > FORMULA_MILLISECONDS
            if resting:
                self._typeset()
            else:
                self._formula_timer.start()
        self._quick.start()

    def _typeset(self) -> None:
        result = self.result
        if result is None:
            return
        state = result.state
        color = self.palette().color(QPalette.ColorRole.WindowText).name()
        points = self.font().pointSizeF()
        law = explanation.law_latex(state.operation, state.view)
        law_plain = explanation.law_text(state.operation, state.view)
        numbers = explanation.number_latex(result)

        def work() -> list[tuple[bytes, str]]:
            return [
                (typeset(law, color, 1.15 * points), law_plain),
                *((typeset(latex, color, 1.1 * points), plain) for latex, plain in numbers),
            ]

        def show(made: list[tuple[bytes, str]]) -> None:
            for label, formula in zip(self.view.formulas(), made, strict=True):
                label.set_svg(*formula)

        self._typesetting.submit(work, show, self._failed, follow=True)

    def changeEvent(self, event: QEvent) -> None:
        """Set the formulas anew in the new palette's colour and size."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in kinds and hasattr(self, "toolbox"):
            self._typeset()

    # -- drops ------------------------------------------------------------------------------

    def file_dropped(self, path: Path, place: QPoint) -> None:
        """Open the dropped file as g where g is, elsewhere as f."""
        self.open_file(path, self._under(place))

    def _under(self, place: QPoint) -> Which:
        for widget in (self.view.g_plot, self.view.controls.editors["g"]):
            if widget.isVisible() and widget.rect().contains(widget.mapFrom(self, place)):
                return "g"
        return "f"
