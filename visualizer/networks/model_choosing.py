"""The person's ways to another network: the catalogue, a file, a download."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox

from engines.errors import EngineError
from engines.models import FitReport, ModelCard, card, code_file, file_kind
from visualizer.dialogs import ask_open_model
from visualizer.jobs import JobError
from visualizer.networks.choice import ModelChoice
from visualizer.networks.model_dialog import FitDialog, ModelDialog
from visualizer.networks.model_input import Downloader, ModelInput
from visualizer.networks.model_section import ModelSection

if TYPE_CHECKING:
    from visualizer.panels.stateful import StatefulPanel

RUNS_CODE = (
    "{what}. Opening it runs its code on this computer, with all your rights: it could read, "
    "change or send any of your files.\n\n"
    "Open it only if you wrote it or trust who did."
)


NOT_RUN_AGAIN = (
    "A file that runs code is opened only when you ask for it; this is the built-in network."
)


def without_code(state: dict[str, Any]) -> dict[str, Any] | None:
    """Return a snapshot with the built-in network where its own would run code, else None."""
    if not state.get("model", {}).get("trusted"):
        return None
    return {**state, "model": ModelChoice().model_dump()}


class ModelChooser(QObject):
    """Joins a panel's model section with the catalogue, the file dialog and downloads.

    models: the panel's network; downloader: fetches its weights.
    """

    def __init__(self, section: ModelSection, panel: StatefulPanel[Any]) -> None:
        """panel: whose state is a `NamesModel`."""
        super().__init__(panel)
        self.models = ModelInput(panel.lane("model"), panel.edits, panel.say, panel)
        self.downloader = Downloader(panel.say, panel)
        self._section = section
        self._searching, self._card_lane = panel.lane("catalogue"), panel.lane("card")
        self._services, self._show_error, self._panel = panel.services, panel.show_error, panel
        self.dialog: ModelDialog | None = None
        self._catalogue_card: ModelCard | None = None
        section.choose_pressed.connect(self.open_dialog)
        section.open_pressed.connect(self.ask_open)
        section.download_pressed.connect(self._download_present)
        section.cancel_pressed.connect(self.downloader.cancel)
        self.models.loading.connect(self._loading)
        self.models.did_not_fit.connect(self._did_not_fit)
        self.downloader.began.connect(lambda name: section.bar.begin(f"Fetching {name}"))
        self.downloader.progressed.connect(section.show_progress)
        self.downloader.ended.connect(section.bar.end)
        self.downloader.done.connect(self._fetched)

    def close(self) -> None:
        """Close the catalogue and end a download."""
        if self.dialog is not None:
            self.dialog.close()
        self.downloader.close()

    # -- choosing ---------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Open the catalogue beside the panel."""
        if self.dialog is None:
            self.dialog = ModelDialog(self._searching, self._panel)
            self.dialog.wanted.connect(lambda name, weights: self.choose(name, weights))
            self.dialog.download_wanted.connect(self.downloader.start)
        self.dialog.show()
        self.dialog.raise_()
        self.dialog.search.setFocus()
        self.dialog.refresh()

    def choose(self, name: str, weights: str = "best") -> None:
        """Load the network `name` with its "best" weights here, or with "none"."""
        self.models.load(ModelChoice(name=name, weights=weights))

    def ask_open(self) -> None:
        """Let the person choose a file of weights or a whole network."""
        path = ask_open_model(self._panel, self._services.settings)
        if path is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Open `path`: weights go into the present architecture; code runs only after a yes."""
        try:
            kind, code = file_kind(path), code_file(path)
        except EngineError as error:
            self._show_error(JobError(str(error)))
            return
        if kind == "weights":
            present = self.models.network
            name = present.choice.name if present is not None else ModelChoice().name
            self.models.load(ModelChoice(name=name, weights="file", path=str(path)))
            return
        if code is None or self._may_run(path, code):
            self.models.load(ModelChoice(name=str(path), trusted=code is not None))

    def _may_run(self, path: Path, code: Path) -> bool:
        what = f"{path.name} is a program"
        if code != path:
            what = f"{path.name} was trained from {code.name} ({code.parent}), which is a program"
        answer = QMessageBox.warning(
            self._panel,
            "This file runs code",
            RUNS_CODE.format(what=what),
            QMessageBox.StandardButton.Open | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Open

    # -- what comes of it -------------------------------------------------------------------

    def show_network(self) -> None:
        """Show the present network's name and badge, and whether better weights can be had."""
        network = self.models.network
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
        network = self.models.network
        if network is not None and found is not None:
            self._section.show_card(network.model.card, self._catalogue_card_of(network.choice))

    def _loading(self, name: str) -> None:
        if name:
            self._section.show_loading(Path(name).name)
        elif self.models.gave_up:
            self._section.show_none()
        else:
            self.show_network()

    def _did_not_fit(self, choice: ModelChoice, report: FitReport) -> None:
        dialog = FitDialog(
            Path(choice.path).name,
            report,
            lambda: self.models.load(choice.replace(allow_partial=True)),
            self._panel,
        )
        dialog.show()

    # -- downloads --------------------------------------------------------------------------

    def _download_present(self) -> None:
        network = self.models.network
        if network is not None:
            self.downloader.start(network.choice.name)

    def _fetched(self, found: ModelCard) -> None:
        self._catalogue_card = found
        self.choose(found.name)


def _known_card(name: str) -> ModelCard | None:
    """Return the catalogue's card, None for networks that are not in it (files)."""
    try:
        return card(name)
    except EngineError:
        return None
