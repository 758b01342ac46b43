"""Formulae: the loss that is minimised, and its numbers at the newest step."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from visualizer.formulas import typeset
from visualizer.jobs import JobError
from visualizer.panels.style_studio.context import Context
from visualizer.panels.style_studio.tabs.base import Tab, TabHost
from visualizer.panels.style_studio.tabs.pace import Pace
from visualizer.panels.style_studio.tabs.parts import fill_page, number, percent, told
from widgets.bar_list import Bar, BarList
from widgets.form_parts import wrapping_label
from widgets.formula_label import FormulaLabel

if TYPE_CHECKING:
    from engines.style import Step

TOPIC = "formulae"
KINDS = {"total": "Total loss", "content": "Content", "style": "Style", "tv": "Smoothness"}
WAITS = "Press Start: the numbers of every step come here."
SIGNS = (
    "α, β, γ: the weights at the left. w: a layer's share, its weight over the sum of all. "
    "d: the mean square of what is aimed at: a layer that answers nothing is 1 away from it, so "
    "that one setting does for all networks. F: a layer's C maps of H × W places; with a hat: what "
    "is aimed at."
)


@dataclass(frozen=True)
class Law:
    """A formula as LaTeX and in plain signs."""

    latex: str
    plain: str


class _Term(QFrame):
    """One kind of term: its law, and a line with numbers for each layer."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"formulae_{kind}")
        self.title = QLabel(KINDS[kind], objectName=f"formulae_{kind}_title")
        font = self.title.font()
        font.setBold(True)
        self.title.setFont(font)
        self.law = FormulaLabel()
        self.law.setObjectName(f"formulae_{kind}_law")
        self.numbers = wrapping_label(f"formulae_{kind}_numbers")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 4)
        layout.setSpacing(2)
        for part in (self.title, self.law, self.numbers):
            layout.addWidget(part)


class FormulaeTab(Tab):
    """The laws set once, their numbers live."""

    name = "formulae"
    title = "Loss"
    tooltip = "The formulae of the loss that is minimised, with the numbers of the newest step"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane("formulae")
        self._pace = Pace(self)
        self._pace.due.connect(self._show)
        self._context: Context | None = None
        self._laws: dict[str, Law] = {}
        self._of: Step | None = None  # the newest
        self.terms = {kind: _Term(kind) for kind in KINDS}
        self.parts = BarList("formulae_parts", "What each term adds to the total loss")
        self.when = wrapping_label("formulae_when")
        fill_page(
            self, self.name, self.when, self.parts, self.terms["total"],
            told(SIGNS, "formulae_signs"), *list(self.terms.values())[1:],
        )  # fmt: skip

    def show_context(self, context: Context) -> None:
        """Show the newest step's numbers; beside a run that goes on, some times a second."""
        self._context = context
        goes_on = context.running and not self.host.run.paused
        if self._pace.ask(beside_run=goes_on and self._of is not None):
            self._show()

    def _show(self) -> None:
        """Show what the context says, and other laws where the statistic is another."""
        context, began = self._context, perf_counter()
        if context is None:
            return
        from engines.style import loss_terms

        step = self._of = context.step
        if step is None:
            self._show_none()
            return
        height, width = step.size
        earlier = ", the newest: not the picture that is looked at" * (context.state.chosen >= 0)
        self.when.setText(f"Step {step.iteration:,} of {step.of:,}, at {width} × {height}{earlier}")
        # By the step's own settings: those that are set by now made none of these numbers.
        found = loss_terms(step, step.settings, context.suggested)
        laws: dict[str, Law] = {}
        lines: dict[str, list[str]] = {kind: [] for kind in KINDS}
        for term in found:
            kind, _, layer = term.key.partition(":")
            laws.setdefault(kind, Law(term.latex, term.plain))
            lines[kind].append(f"{layer}: {term.plain_numbers}" if layer else term.plain_numbers)
        for kind, part in self.terms.items():
            part.setVisible(bool(lines[kind]))
            part.numbers.setText("\n".join(lines[kind]))
        self._show_parts([(term.key, term.value) for term in found[1:]], found[0].value)
        self._set_laws(laws)
        self._pace.took(perf_counter() - began)
        self.settled.emit()

    def _show_none(self) -> None:
        self.when.setText(WAITS)
        self.parts.set_bars(())
        for part in self.terms.values():
            part.hide()

    def _show_parts(self, terms: list[tuple[str, float]], total: float) -> None:
        bars = []
        for key, value in terms:
            kind, _, layer = key.partition(":")
            name = f"{KINDS[kind]} {layer}".rstrip()
            share = f", {percent(value / total)}" if total else ""
            bars.append(Bar(name, value, f"{number(value)}{share}"))
        self.parts.set_bars(bars)

    def is_settled(self) -> bool:
        """Return whether the newest step is shown."""
        return not self._pace.waits

    def set_active(self, active: bool) -> None:
        """Hold no network where the tab is left."""
        if not active:
            self.close_jobs()
            self._context = None

    def close_jobs(self) -> None:
        """Show nothing more."""
        self._pace.stop()

    # -- the laws ---------------------------------------------------------------------------

    def _set_laws(self, laws: dict[str, Law]) -> None:
        """Have the laws set; that takes a while, so only where they are others."""
        if laws == self._laws:
            return
        self._laws = laws
        color = self.palette().color(QPalette.ColorRole.WindowText).name()
        points = self.font().pointSizeF()

        def work() -> dict[str, tuple[bytes, str]]:
            return {
                kind: (typeset(law.latex, color, points), law.plain) for kind, law in laws.items()
            }

        self._lane.submit(work, self._show_laws, self._failed)

    def _show_laws(self, made: dict[str, tuple[bytes, str]]) -> None:
        self.host.say(TOPIC, None)
        for kind, (svg, plain) in made.items():
            self.terms[kind].law.set_svg(svg, plain)
        self.settled.emit()

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)

    def changeEvent(self, event: QEvent) -> None:
        """Set the laws anew in the colour and size of the text."""
        super().changeEvent(event)
        kinds = (QEvent.Type.PaletteChange, QEvent.Type.FontChange)
        if event.type() in kinds and getattr(self, "_laws", None):
            laws, self._laws = self._laws, {}
            self._set_laws(laws)
