"""The person's ways to another network: the catalogue, a file, a download."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from engines.errors import EngineError
from engines.models import FitReport, ModelCard, card, file_kind
from visualizer.dialogs import ask_open_model
from visualizer.jobs import JobError, LatestWins
from visualizer.networks.choice import ModelChoice
from visualizer.networks.model_dialog import FitDialog, ModelDialog
from visualizer.networks.model_input import Downloader, ModelInput
from visualizer.networks.model_section import ModelSection
from visualizer.services import Services

RUNS_CODE = (
    "{name} is a program. Opening it runs its code on this computer, with all your rights: it "
    "could read, change or send any of your files.\n\n"
    "Open it only if you wrote it or trust who did."
)


class ModelChooser(QObject):
    """Joins the model section, the catalogue and the file dialog with `ModelInput`."""

    def __init__(
        self,
        section: ModelSection,
        models: ModelInput,
        downloader: Downloader,
        lanes: tuple[LatestWins, LatestWins],
        services: Services,
        show_error: Callable[[JobError], None],
        parent: QWidget,
    ) -> None:
        """lanes: for the catalogue's search, and for the card of the present network."""
        super().__init__(parent)
        self._section, self._models, self._downloader = section, models, downloader
        self._card_lane = lanes[1]
        self._services, self._show_error, self._panel = services, show_error, parent
        self._searching = lanes[0]
        self.dialog: ModelDialog | None = None
        self._catalogue_card: ModelCard | None = None
        section.choose_pressed.connect(self.open_dialog)
        section.open_pressed.connect(self.ask_open)
        section.download_pressed.connect(self._download_present)
        section.cancel_pressed.connect(downloader.cancel)
        models.loading.connect(self._loading)
        models.did_not_fit.connect(self._did_not_fit)
        downloader.began.connect(lambda name: section.bar.begin(f"Fetching {name}"))
        downloader.progressed.connect(section.show_progress)
        downloader.ended.connect(section.bar.end)
        downloader.done.connect(self._fetched)

    # -- choosing ---------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Open the catalogue beside the panel."""
        if self.dialog is None:
            self.dialog = ModelDialog(self._searching, self._panel)
            self.dialog.wanted.connect(lambda name, weights: self.choose(name, weights))
            self.dialog.download_wanted.connect(self._downloader.start)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.search.setFocus()
        self.dialog.refresh()

    def choose(self, name: str, weights: str = "best") -> None:
        """Load the network `name` with its "best" weights here, or with "none"."""
        self._models.load(ModelChoice(name=name, weights=weights))

    def ask_open(self) -> None:
        """Let the person choose a file of weights or a whole network."""
        path = ask_open_model(self._panel, self._services.settings)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Open `path`: weights go into the present architecture; code runs only after a yes."""
        try:
            kind = file_kind(path)
        except EngineError as error:
            self._show_error(JobError(str(error)))
            return
        if kind == "weights":
            present = self._models.network
            name = present.choice.name if present is not None else ModelChoice().name
            self._models.load(ModelChoice(name=name, weights="file", path=str(path)))
            return
        trusted = False
        if kind in ("python", "exported"):
            trusted = self._may_run(path)
            if not trusted:
                return
        self._models.load(ModelChoice(name=str(path), trusted=trusted))

    def _may_run(self, path: Path) -> bool:
        answer = QMessageBox.warning(
            self._panel,
            "This file runs code",
            RUNS_CODE.format(name=path.name),
            QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Open

    # -- what comes of it -------------------------------------------------------------------

    def show_network(self) -> None:
        """Show the present network's name and badge, and whether better weights can be had."""
        network = self._models.network
        if network is None:
            return
        self._section.show_card(network.model.card, self._catalogue_card_of(network.choice))
        name = network.choice.name
        if not network.model.card.is_trained and self._catalogue_card_of(network.choice) is None:
            self._card_lane.submit(lambda: _known_card(name), self._take_card, self._show_error)

    def _catalogue_card_of(self, choice: ModelChoice) -> ModelCard | None:
        known = self._catalogue_card
        return known if known is not None and known.name == choice.name else None

    def _take_card(self, found: ModelCard | None) -> None:
        self._catalogue_card = found
        network = self._models.network
        if network is not None and found is not None:
            self._section.show_card(network.model.card, self._catalogue_card_of(network.choice))

    def _loading(self, name: str) -> None:
        if name:
            self._section.show_loading(Path(name).name)
        else:
            self.show_network()

    def _did_not_fit(self, choice: ModelChoice, report: FitReport) -> None:
        dialog = FitDialog(
            Path(choice.path).name,
            report,
            lambda: self._models.load(choice.replace(allow_partial=True)),
            self._panel,
        )
        dialog.show()

    # -- downloads --------------------------------------------------------------------------

    def _download_present(self) -> None:
        network = self._models.network
        if network is not None:
            self._downloader.start(network.choice.name)

    def _fetched(self, found: ModelCard) -> None:
        self._catalogue_card = found
        self.choose(found.name)


def _known_card(name: str) -> ModelCard | None:
    """Return the catalogue's card, None for networks that are not in it (files)."""
    try:
        return card(name)
    except EngineError:
        return None
