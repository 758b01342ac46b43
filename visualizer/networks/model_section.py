"""Which network, with which weights: always visible, never random weights passed off as trained."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from engines.models import DownloadProgress, ModelCard
from widgets.form_parts import row, wrapping_label
from widgets.icon_button import IconButton
from widgets.job_bar import JobBar

MEGABYTE = 1e6
FEW = 100_000  # weights that are counted one by one
# Dark enough for white text in both themes.
TRAINED, UNTRAINED = "#2e7d32", "#a04000"


class ModelSection(QWidget):
    """The network's name, the state of its weights as a badge, and the ways to another one."""

    choose_pressed = Signal()
    open_pressed = Signal()
    download_pressed = Signal()
    cancel_pressed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("model_section")
        self.name_button = QPushButton("Choose a network…", objectName="model_choose")
        self.name_button.setToolTip("Choose another network, or other weights (Ctrl+M)")
        self.name_button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        open_button = IconButton("mdi6.file-import-outline", "Open a file of weights or a network…")
        open_button.setObjectName("model_open")
        self.badge = QLabel("loading", objectName="model_badge")
        self.badge.setWordWrap(True)
        self.badge.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.facts = wrapping_label("model_facts")
        self.download_button = QPushButton(objectName="model_download")
        self.download_button.setToolTip(
            "Fetch the trained weights into this computer's cache; it can be stopped and goes on "
            "where it stopped"
        )
        self.download_button.hide()
        self.bar = JobBar("download_bar", can_pause=False)
        self.name_button.clicked.connect(self.choose_pressed)
        open_button.clicked.connect(self.open_pressed)
        self.download_button.clicked.connect(self.download_pressed)
        self.bar.cancel_pressed.connect(self.cancel_pressed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addLayout(row(self.name_button, open_button))
        for widget in (self.badge, self.facts, self.download_button, self.bar):
            layout.addWidget(widget)

    def show_loading(self, name: str) -> None:
        """Say that the network `name` is being loaded."""
        self.badge.setText(f"Loading {name}…")
        _fill(self.badge, None)

    def show_none(self) -> None:
        """Say that there is no network."""
        self.badge.setText("⚠ no network")
        _fill(self.badge, UNTRAINED)

    def show_card(self, card: ModelCard, catalogue_card: ModelCard | None) -> None:
        """Show what the network holds; catalogue_card: what could be had, if that is known."""
        self.name_button.setText(card.title)
        show_badge(self.badge, card)
        facts = [part for part in (count_text(card), card.licence) if part]
        self.facts.setText(" · ".join(facts))
        about = " ".join((card.weights_source, *card.notes)).strip()
        for widget in (self.badge, self.facts):
            widget.setToolTip(about or "Where the weights come from is not known")
        wanted = catalogue_card is not None and catalogue_card.weights_state == "downloadable"
        self.download_button.setVisible(wanted and not card.is_trained)
        if catalogue_card is not None:
            self.download_button.setText(f"Download trained weights{size_text(catalogue_card)}")

    def show_progress(self, progress: DownloadProgress) -> None:
        """Show how far the download is."""
        show_download(self.bar, progress)


def show_badge(badge: QLabel, card: ModelCard, *, short: bool = False) -> None:
    """Say on `badge` what the weights of a network are, untrained ones with a warning.

    short: in one or two words, the rest in the tooltip.
    """
    color = TRAINED if card.is_trained else UNTRAINED
    warning = "" if card.is_trained else "⚠ "
    badge.setText(f"{warning}{card.state_text.split(':')[0] if short else card.state_text}")
    if short:
        badge.setToolTip(card.state_text)
    _fill(badge, color)


def _fill(badge: QLabel, color: str | None) -> None:
    """Write white on `color`; by the palette, for a style sheet would keep the text's size."""
    palette = QPalette()
    if color is not None:
        palette.setColor(QPalette.ColorRole.Window, QColor(color))
        palette.setColor(QPalette.ColorRole.WindowText, QColor("white"))
    badge.setPalette(palette)
    badge.setAutoFillBackground(color is not None)
    badge.setContentsMargins(6, 2, 6, 2)


def show_download(bar: JobBar, progress: DownloadProgress) -> None:
    """Show on `bar` how far a download is, or why it waits."""
    if progress.waiting:
        bar.begin(f"{progress.waiting} (attempt {progress.attempt})")
        return
    total = progress.total or 0
    done = round(progress.received / MEGABYTE, 1)
    bar.set_progress(done, round(total / MEGABYTE, 1), "MB")


def size_text(card: ModelCard) -> str:
    """Return " (12 MB)", or nothing where the size is not known."""
    return f" ({card.size_bytes / MEGABYTE:.3g} MB)" if card.size_bytes else ""


def count_text(card: ModelCard) -> str:
    """Return "4.65 M weights" or "9,810 weights", or nothing where the number is not known."""
    count = card.parameters
    if not count:
        return ""
    return f"{count / 1e6:.3g} M weights" if count >= FEW else f"{count:,} weights"
