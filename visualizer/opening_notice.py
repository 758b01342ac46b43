"""What the person is told once the window stands: what came back, what cannot be kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from PySide6.QtCore import QObject

from visualizer.jobs import JobError
from visualizer.panels.base import Panel
from visualizer.settings import Refusal
from widgets.message_bar import MessageBar


@dataclass
class Notice:
    """Sentences of news and of trouble, and the details of the trouble."""

    news: list[str] = field(default_factory=list)
    trouble: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add_refusals(self, refusals: Iterable[Refusal]) -> None:
        """Say in one sentence what this computer does not let be kept."""
        found = list(refusals)
        if not found:
            return
        clauses = [refusal.consequence for refusal in found]
        listed = " and ".join([", ".join(clauses[:-1]), clauses[-1]] if clauses[1:] else clauses)
        self.trouble.append(f"{listed[0].upper()}{listed[1:]}. The details say why.")
        self.details += [refusal.reason for refusal in found]

    def is_empty(self) -> bool:
        """Return whether there is nothing to say."""
        return not (self.news or self.trouble)

    def show(self, panel: Panel, *, after: str = "") -> None:
        """Say everything in one message, the trouble first, then `after`, then the news."""
        text = " ".join([*self.trouble, *([after] if after else []), *self.news])
        if self.trouble:
            panel.show_error(JobError(text, "\n".join(self.details)))
        else:
            panel.show_info(text)


class OpeningNotice(QObject):
    """Shows a notice in `panel` once its first picture stands and no error of its own is shown.

    Shown earlier, the arrival of that picture would take it away.
    """

    def __init__(self, notice: Notice, panel: Panel) -> None:
        super().__init__(panel)
        self._notice, self._panel = notice, panel
        self._bar = panel.findChild(MessageBar)
        panel.settled.connect(self._show_unless_error)
        if self._bar is not None:
            self._bar.closed.connect(self._show)
        if panel.is_settled():
            self._show_unless_error()

    def _show_unless_error(self) -> None:
        if self._bar is None or self._bar.isHidden() or self._bar.kind() != "error":
            self._show()

    def _show(self) -> None:
        notice, self._notice = self._notice, Notice()
        if notice.is_empty():
            return
        self.deleteLater()
        # What the panel says of the restored state, such as a camera that is off, stays readable.
        shown = self._bar is not None and not self._bar.isHidden() and self._bar.kind() == "info"
        notice.show(self._panel, after=self._bar.text() if self._bar is not None and shown else "")
