"""A page that, as long as there are no features, offers to extract them."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from visualizer.panels.feature_lab.context import Context
from visualizer.panels.feature_lab.extractor import Extractor
from visualizer.panels.tab_parts import bind, button
from widgets.job_bar import JobBar

MISSING = "There are no features of these pictures yet.\nWhat they are is chosen in “Extract”."
WIDEST = 360


class FeaturesFirst(QStackedWidget):
    """Shows `content` once there are features; before, a button and the extraction's progress."""

    def __init__(self, name: str, content: QWidget, extractor: Extractor) -> None:
        """name: the button is "<name>_extract", the bar "<name>_extraction"."""
        super().__init__()
        self._extractor = extractor
        self.start = button(f"{name}_extract", "Extract features", "Run the pictures through")
        self.start.clicked.connect(extractor.start)
        self.bar = JobBar(f"{name}_extraction")
        bind(self.bar, extractor.job)
        extractor.began.connect(lambda: self.bar.begin("Extracting"))
        extractor.began.connect(self._show_start)
        extractor.stepped.connect(lambda s: self.bar.set_progress(s.done, s.total, "pictures"))
        extractor.ended.connect(self._show_start)
        if extractor.job.busy:
            self.bar.begin("Extracting")
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.addStretch(1)
        missing = QLabel(MISSING, alignment=Qt.AlignmentFlag.AlignCenter)
        missing.setWordWrap(True)
        layout.addWidget(missing)
        for part in (self.start, self.bar):
            part.setMaximumWidth(WIDEST)
            layout.addWidget(part)
            layout.setAlignment(part, Qt.AlignmentFlag.AlignHCenter)
        self.bar.setMinimumWidth(WIDEST // 2)
        layout.addStretch(1)
        self.addWidget(page)
        self.addWidget(content)

    def show_context(self, context: Context) -> bool:
        """Show the content or the offer; return whether there are features."""
        ready = context.features is not None and context.dataset is not None
        self.setCurrentIndex(1 if ready else 0)
        self._show_start()
        return ready

    def _show_start(self) -> None:
        self.start.setEnabled(self._extractor.can_start())
