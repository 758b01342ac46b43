"""The Style Studio's layout: what is chosen left, pictures in the middle, what it sees right."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from visualizer.panels.style_studio.controls import Controls
from visualizer.panels.style_studio.run_bar import RunBar
from visualizer.panels.style_studio.state import MOST_STYLES
from widgets.close_tabs import CloseTabs
from widgets.image_view import ImageView
from widgets.loss_plot import LossPlot
from widgets.message_bar import MessageBar
from widgets.side_column import SideColumn
from widgets.timeline import Timeline
from widgets.wipe_view import WipeView

CONTROLS_WIDTH = 280
PICTURE_SHARE, GIVEN_SHARE = 0.57, 0.26  # of height and width
SEES_SHARE = 0.3  # of the panel's width
CENTRE_LETTERS, SEES_LETTERS = 54, 46  # in a line; with less room the one goes below the other
CENTRE_LINES, SEES_LINES = 30, 22
THUMBNAIL = 48


class StyleStudioView(QWidget):
    """All widgets of the Style Studio, arranged; it knows nothing of what they mean."""

    def __init__(self, messages: MessageBar, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.messages = messages
        self.controls = Controls()
        self.content = ImageView(title="Content")
        self.content.setObjectName("content_view")
        self.styles = [ImageView() for _ in range(MOST_STYLES)]
        for number, view in enumerate(self.styles, start=1):
            view.setObjectName("style_view" if number == 1 else f"style_{number}_view")
        self.generated = WipeView("generated_view", title="Generated")
        self.run = RunBar()
        self.losses = LossPlot("style_losses", y_label="loss")
        self.timeline = Timeline("style_timeline", side=THUMBNAIL)
        self.looking = _Looking()
        self.pages = CloseTabs("style_tabs")
        self.centre = self._centre()
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setObjectName("style_halves")
        self.halves.addWidget(self.centre)
        self.halves.addWidget(self.pages)
        self.halves.setStretchFactor(0, 1)
        self.halves.setChildrenCollapsible(False)
        self.scroll = QScrollArea(objectName="style_scroll")
        self.scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.scroll.setWidgetResizable(True)
        self.scroll.setWidget(self.halves)
        self.column = SideColumn("style_controls_column", self.controls)
        self.body = QSplitter(Qt.Orientation.Horizontal)
        self.body.setObjectName("style_splitter")
        self.body.addWidget(self.column)
        self.body.addWidget(self.scroll)
        self.body.setStretchFactor(1, 1)
        self.body.setChildrenCollapsible(False)
        self.body.setSizes([CONTROLS_WIDTH, 1280 - CONTROLS_WIDTH])
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.body)
        self.body.splitterMoved.connect(lambda *_: self._arrange())
        self.halves.splitterMoved.connect(self._take_hold)
        self._wide: bool | None = None
        self._moved = False  # whether the person has shared the room

    def _centre(self) -> QWidget:
        given = QSplitter(Qt.Orientation.Vertical)
        given.setObjectName("style_given")
        for view in (self.content, *self.styles):
            view.set_compact(True)
            given.addWidget(view)
        self.pictures = _Shared(Qt.Orientation.Horizontal, GIVEN_SHARE)
        self.pictures.setObjectName("style_pictures")
        self.pictures.addWidget(given)
        self.pictures.addWidget(self.generated)
        lower = QWidget()
        below = QVBoxLayout(lower)
        below.setContentsMargins(0, 0, 0, 0)
        below.setSpacing(4)
        below.addWidget(self.run)
        below.addWidget(self.losses, 1)
        below.addWidget(self.looking)
        below.addWidget(self.timeline)
        self.stack = _Shared(Qt.Orientation.Vertical, PICTURE_SHARE)
        self.stack.setObjectName("style_stack")
        self.stack.addWidget(self.pictures)
        self.stack.addWidget(lower)
        for splitter in (given, self.pictures, self.stack):
            splitter.setChildrenCollapsible(False)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(self.messages)
        column.addWidget(self.stack, 1)
        return centre

    def show_styles(self, count: int) -> None:
        """Show the pictures of `count` styles."""
        for number, view in enumerate(self.styles):
            view.setVisible(number < count)
            view.set_title("Style" if count == 1 else f"Style {number + 1}")

    def show_pages(self) -> None:
        """Scroll to what it sees, where that lies below the pictures."""
        self.scroll.verticalScrollBar().setValue(self.pages.y())

    # -- room -------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Arrange anew."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the size of the text."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_wide"):
            self._arrange()

    def _arrange(self) -> None:
        """Put what it sees beside the pictures, or below them where that would be too narrow."""
        letter, line = self.fontMetrics().averageCharWidth(), self.fontMetrics().height()
        self.pages.setVisible(self.pages.count() > 0)
        room = self.width() - max(self.column.width(), self.column.minimumWidth())
        least = max(SEES_LETTERS * letter, self.pages.whole_width())
        wide = room >= CENTRE_LETTERS * letter + least or not self.pages.count()
        self.centre.setMinimumHeight(0 if wide else CENTRE_LINES * line)
        self.pages.setMinimumSize(least if wide else 0, 0 if wide else SEES_LINES * line)
        if wide != self._wide:
            self._wide, self._moved = wide, False
            self.halves.setOrientation(
                Qt.Orientation.Horizontal if wide else Qt.Orientation.Vertical
            )
        if wide and not self._moved:
            sees = max(round(SEES_SHARE * self.width()), least)
            self.halves.setSizes([max(room - sees, 1), sees])

    def _take_hold(self) -> None:
        self._moved = True


class _Shared(QSplitter):
    """Gives its first part a share of the room, whatever its size, until the person moves it."""

    def __init__(self, orientation: Qt.Orientation, share: float) -> None:
        super().__init__(orientation)
        self._share, self._moved = share, False
        self.splitterMoved.connect(self._take_hold)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the room anew."""
        super().resizeEvent(event)
        whole = sum(self.sizes())
        if whole and not self._moved:
            first = round(self._share * whole)
            self.setSizes([first, whole - first])

    def _take_hold(self) -> None:
        self._moved = True


class _Looking(QWidget):
    """Says that an earlier picture is shown, with the ways on from there and back."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("style_looking")
        self.text = QLabel(objectName="looking_text")
        self.take = QPushButton("Go on from here", objectName="looking_take")
        self.take.setToolTip("Let the run go on from this picture (Return)")
        self.back = QPushButton("Newest", objectName="looking_back")
        self.back.setToolTip("Show the newest picture again (Escape)")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self.text, 1)
        line.addWidget(self.take)
        line.addWidget(self.back)
        self.hide()
