"""The catalogue of networks, searched; and the table of what of a file did not fit."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engines.models import FitReport, ModelCard, catalogue
from visualizer.jobs import JobError, LatestWins
from visualizer.networks.model_section import count_text, size_text
from widgets.form_parts import row, wrapping_label

CARD = Qt.ItemDataRole.UserRole
MOST = 400
TYPING_MILLISECONDS = 150
SIGNS = {"trained": "●", "cached": "●", "downloadable": "↓", "untrained": "○", "own": "●"}


class ModelDialog(QDialog):
    """Search, choose, open. It stays while the person looks around."""

    wanted = Signal(str, str)
    """The name of a network and its weights: "best" or "none"."""
    download_wanted = Signal(str)
    settled = Signal()

    def __init__(self, lane: LatestWins, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("model_dialog")
        self.setWindowTitle("Choose a network")
        self.resize(620, 520)
        self._lane = lane
        self.search = QLineEdit(objectName="model_search")
        self.search.setPlaceholderText("vgg19, resnet, mobilenet … all of timm's are found by name")
        self.search.setClearButtonEnabled(True)
        self.search.setToolTip("Show networks whose name holds every word")
        self.list = QListWidget(objectName="model_list")
        self.list.setToolTip(
            "● trained, on this computer · ↓ weights can be downloaded · ○ untrained"
        )
        self.list.setUniformItemSizes(True)
        self.about = wrapping_label("model_about")
        self.about.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.about.setMinimumHeight(5 * self.fontMetrics().height())
        self.open_button = self._button("model_use", "Open", "Open it with the best weights here")
        self.none_button = self._button(
            "model_use_untrained",
            "Open untrained",
            "Open it with random weights, to see its structure",
        )
        self.fetch_button = self._button(
            "model_fetch", "Download weights", "Fetch the trained weights, then open it"
        )
        close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        # Return opens what is chosen; it must not close the dialog instead.
        close.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        close.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.about)
        column.addLayout(
            row(close, self.none_button, self.fetch_button, self.open_button, stretch=1)
        )
        self._timer = QTimer(self, singleShot=True, interval=TYPING_MILLISECONDS)
        self._timer.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._timer.start())
        self.search.returnPressed.connect(lambda: self._use())
        self.list.currentItemChanged.connect(lambda _now, _before: self._show_about())
        self.list.itemActivated.connect(lambda _item: self._use())
        self.open_button.clicked.connect(lambda: self._use())
        self.none_button.clicked.connect(lambda: self._use("none"))
        self.fetch_button.clicked.connect(self._fetch)

    def _button(self, name: str, text: str, tooltip: str) -> QPushButton:
        made = QPushButton(text, objectName=name)
        made.setToolTip(tooltip)
        made.setAutoDefault(False)
        return made

    def refresh(self) -> None:
        """List what the search finds, as it is now."""
        query = self.search.text()
        self.about.setText("Searching…")
        self._lane.submit(lambda: catalogue(query), self._show_cards, self._failed)

    def is_settled(self) -> bool:
        """Return whether the list shows what the search finds."""
        return not (self._timer.isActive() or self._lane.busy)

    def card(self) -> ModelCard | None:
        """Return the card that is chosen."""
        item = self.list.currentItem()
        return item.data(CARD) if item is not None else None

    def closeEvent(self, event: object) -> None:
        """Stop waiting for what was typed."""
        self._timer.stop()
        super().closeEvent(event)  # type: ignore[arg-type]

    def _show_cards(self, cards: Sequence[ModelCard]) -> None:
        chosen = self.card()
        self.list.clear()
        for card in cards[:MOST]:
            item = QListWidgetItem(f"{SIGNS[card.weights_state]}  {card.title}   ({card.source})")
            item.setData(CARD, card)
            item.setToolTip(f"{card.name}: {card.state_text}")
            self.list.addItem(item)
            if chosen is not None and card.name == chosen.name:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and cards:
            self.list.setCurrentRow(0)
        self._show_about()
        if not cards:
            self.about.setText("No network has all these words in its name. Try fewer, or another.")
        elif len(cards) > MOST:
            self.about.setText(f"{self.about.text()}\n{len(cards) - MOST} more: type more letters.")

    def _failed(self, error: JobError) -> None:
        self.about.setText(error.sentence)

    def _show_about(self) -> None:
        card = self.card()
        for button in (self.open_button, self.none_button, self.fetch_button):
            button.setEnabled(card is not None)
        self.fetch_button.setVisible(card is not None and card.weights_state == "downloadable")
        if card is None:
            self.about.clear()
            return
        self.open_button.setVisible(card.is_trained)
        self.about.setText(about_text(card))

    def _use(self, weights: str = "best") -> None:
        card = self.card()
        if card is not None:
            self.wanted.emit(card.name, weights)
            self.close()

    def _fetch(self) -> None:
        card = self.card()
        if card is not None:
            self.download_wanted.emit(card.name)
            self.close()


def about_text(card: ModelCard) -> str:
    """Return what is known of a network, in sentences."""
    channels, height, width = card.input_size
    sentences = [
        f"{card.title}: {card.state_text}{size_text(card)}",
        count_text(card),
        f"Input {channels} × {height} × {width}, {card.classes:,} classes",
        f"Weights from {card.weights_source}" if card.weights_source else "",
        f"Licence: {card.licence}" if card.licence else "",
        *card.notes,
    ]
    return " ".join(f"{sentence.rstrip('.')}." for sentence in sentences if sentence)


class FitDialog(QDialog):
    """The table of what of a file of weights did not fit, and the way to load what does."""

    def __init__(
        self, file: str, report: FitReport, load_anyway: Callable[[], None], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setObjectName("fit_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"{file} does not fit")
        self.resize(640, 420)
        said = wrapping_label("fit_summary")
        said.setText(report.summary)
        rows = report.rows()
        table = QTableWidget(len(rows), 4, objectName="fit_table")
        table.setHorizontalHeaderLabels(["Entry", "What is wrong", "In the network", "In the file"])
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.verticalHeader().hide()
        for number, cells in enumerate(rows):
            for column, text in enumerate(cells):
                table.setItem(number, column, QTableWidgetItem(text))
        table.resizeColumnsToContents()
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        partial = buttons.addButton("Load what fits", QDialogButtonBox.ButtonRole.AcceptRole)
        partial.setObjectName("fit_load")
        partial.setToolTip("The rest of the network stays untrained, which its badge then says")
        partial.setEnabled(report.fitting > 0)
        buttons.rejected.connect(self.close)
        buttons.accepted.connect(load_anyway)
        buttons.accepted.connect(self.close)
        column = QVBoxLayout(self)
        for widget in (said, table, buttons):
            column.addWidget(widget)
