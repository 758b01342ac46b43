"""What the tabs of several panels are made of: pages with controls, buttons, bars of jobs."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from visualizer.jobs import JobState, StepJob
from widgets.flow_columns import FlowColumns
from widgets.folding_page import FoldingPage
from widgets.job_bar import JobBar
from widgets.side_column import SideColumn

SPACING = 6
LEAST_WIDTH = 100


def column(*parts: QWidget, stretch: bool = True) -> QWidget:
    """Return widgets one below the other, with room below them if `stretch`."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
    layout.setSpacing(SPACING)
    for part in parts:
        layout.addWidget(part)
    if stretch:
        layout.addStretch(1)
    return made


def flowing(*parts: QWidget) -> QWidget:
    """Return widgets one below the other, in several columns where there is room for them."""
    made = QWidget()
    layout = FlowColumns(made)
    layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
    layout.setSpacing(SPACING)
    for part in parts:
        layout.addWidget(part)
    return made


def headed(text: str, part: QWidget) -> tuple[QLabel, QWidget]:
    """Return a label that stays with `part`, and `part`."""
    label = QLabel(text)
    label.setBuddy(part)
    return label, part


def beside(*parts: QWidget) -> QWidget:
    """Return widgets side by side, sharing the room."""
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING)
    for part in parts:
        layout.addWidget(part, 1)
    return made


def lay_out(page: QWidget, name: str, controls: QWidget, *content: QWidget) -> None:
    """Put `controls` into a scrolling column at the left of `page` and the rest beside it."""
    layout = QHBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(SPACING)
    layout.addWidget(SideColumn(f"{name}_column", controls))
    for part in content:
        part.setMinimumWidth(LEAST_WIDTH)  # large text is cut there rather than laid over controls
        layout.addWidget(part, 1)


def fold_out(page: QWidget, name: str, controls: QWidget, content: QWidget) -> None:
    """Put `controls` beside `content`; where there is no room for both, above it and foldable."""
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(FoldingPage(name, controls, content))


def button(name: str, text: str, tooltip: str) -> QPushButton:
    """Return a button with its explanation."""
    made = QPushButton(text)
    made.setObjectName(name)
    made.setToolTip(tooltip)
    return made


def bind(bar: JobBar, job: StepJob) -> None:
    """Let `bar` steer `job`: pause, go on, cancel; it is hidden once the job is over."""
    bar.pause_pressed.connect(lambda paused: job.pause() if paused else job.resume())
    bar.cancel_pressed.connect(job.cancel)

    def follow(state: JobState) -> None:
        if state is JobState.IDLE:
            bar.end()
        else:
            bar.set_paused(state is JobState.PAUSED)

    job.state_changed.connect(follow)
