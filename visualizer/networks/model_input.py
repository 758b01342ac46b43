"""The network of a panel: loading one that is asked for, and fetching its weights."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import QObject, Signal

from engines.errors import DownloadCancelled
from engines.models import DownloadProgress, FitReport, LoadedModel, ModelCard, download
from visualizer.edits import Edits
from visualizer.jobs import InOrder, JobError, LatestWins
from visualizer.networks.choice import ModelChoice
from visualizer.networks.loading import Network, load_network

TELL_SECONDS = 1 / 30


class ModelInput(QObject):
    """Keeps the present network and loads others; the state names one only once it is there."""

    arrived = Signal()
    """`network` is another one, which the state already names."""
    loading = Signal(str)
    """The name of the network that is being loaded, "" when that ended."""
    did_not_fit = Signal(object, object)
    """The ModelChoice whose file does not fit, and its FitReport."""

    def __init__(
        self,
        lane: LatestWins,
        edits: Edits[Any],
        say: Callable[[str, JobError | None], None],
        parent: QObject,
    ) -> None:
        """edits: of a state that is a `NamesModel`."""
        super().__init__(parent)
        self._lane, self._edits, self._say = lane, edits, say
        self.network: Network | None = None
        self._report: FitReport | None = None  # set in the lane, read in the GUI thread afterwards
        self._missing: ModelChoice | None = None  # named by the state, but not to be had
        self.gave_up = False
        """There is no network, not even the built-in one."""

    def load(self, choice: ModelChoice) -> None:
        """Load `choice`; the state names it once it is there, the present one stays until then."""
        self._report, self.gave_up = None, False
        self.loading.emit(choice.path or choice.name)
        self._lane.submit(
            lambda: self._load(choice), self._arrived, lambda error: self._failed(choice, error)
        )

    def take(self, choice: ModelChoice, model: LoadedModel) -> None:
        """Show a network that is there already, whatever is being loaded."""
        self._lane.supersede()
        self._arrived(Network(choice, model))

    def follow(self, choice: ModelChoice) -> None:
        """Bring what the state names after an undo, redo or restored session."""
        self._missing = None
        if self.network is None or self.network.choice != choice:
            self.load(choice)

    def shows(self, choice: ModelChoice) -> bool:
        """Return whether `network` is that of `choice`, or stands in for it."""
        return self.network is not None and choice in (self.network.choice, self._missing)

    def _load(self, choice: ModelChoice) -> Network:
        try:
            return load_network(choice)
        except ValueError as error:
            self._report = getattr(error, "report", None)
            raise

    def _arrived(self, network: Network) -> None:
        self.network, self._missing = network, None
        self.loading.emit("")
        self._say("model", None)
        state = self._edits.state
        if state.model == network.choice:
            self.arrived.emit()
        else:
            changed = state.with_model(network.choice)
            self._edits.apply(changed, f"network {network.model.card.title}")

    def _failed(self, choice: ModelChoice, error: JobError) -> None:
        self.gave_up = self.network is None and choice == ModelChoice()
        self.loading.emit("")
        self._say("model", error)
        if self._report is not None:
            self.did_not_fit.emit(choice, self._report)
        if self.network is None and choice != ModelChoice():
            self._missing = choice
            self._lane.submit(
                lambda: load_network(ModelChoice()),
                self._stand_in,
                self._no_network,
            )
        elif self.network is not None and choice == self._edits.state.model:
            self._missing = choice
            self.arrived.emit()

    def _no_network(self, error: JobError) -> None:
        self.gave_up = True
        self.loading.emit("")
        self._say("model", error)

    def _stand_in(self, network: Network) -> None:
        self.network = network
        self.arrived.emit()


class Downloader(QObject):
    """Fetches the weights of one network at a time, in a lane of its own.

    No two of them fetch the same network: both would write the same file.
    """

    _under_way: ClassVar[set[str]] = set()  # by all of them; used in the GUI thread alone

    began = Signal(str)
    progressed = Signal(object)
    """A DownloadProgress, at most thirty a second."""
    done = Signal(object)
    """The ModelCard whose weights are on this computer now."""
    ended = Signal()
    """Done, cancelled or failed."""

    def __init__(self, say: Callable[[str, JobError | None], None], parent: QObject) -> None:
        super().__init__(parent)
        self._say = say
        self._lane = InOrder("weights", self)
        self._cancel = threading.Event()
        self.name = ""
        self.mirror: str | None = None

    @property
    def busy(self) -> bool:
        """Whether something is being fetched."""
        return bool(self.name)

    def start(self, name: str) -> None:
        """Fetch the weights of the network `name`, unless something is being fetched."""
        if self.busy:
            return
        if name in self._under_way:
            self._say("download", JobError(f"The weights of {name} are being fetched already."))
            return
        self.name = name
        self._under_way.add(name)
        self._cancel = cancel = threading.Event()
        told = [0.0]

        def tell(progress: DownloadProgress) -> None:
            now = time.monotonic()
            if now - told[0] >= TELL_SECONDS and not cancel.is_set():
                told[0] = now
                self.progressed.emit(progress)

        def work() -> ModelCard | None:
            try:
                return download(name, tell, cancel.is_set, mirror=self.mirror)
            except DownloadCancelled:
                return None

        self._say("download", None)
        self.began.emit(name)
        self._lane.submit(work, self._done, self._failed)

    def cancel(self) -> None:
        """Stop; what has come is kept, so that it can go on later."""
        self._cancel.set()

    def close(self) -> None:
        """Stop and join."""
        self._cancel.set()
        self._lane.close()
        self._rest()

    def _rest(self) -> None:
        self._under_way.discard(self.name)
        self.name = ""

    def _done(self, card: ModelCard | None) -> None:
        self._rest()
        self.ended.emit()
        if card is not None:
            self.done.emit(card)

    def _failed(self, error: JobError) -> None:
        self._rest()
        self.ended.emit()
        self._say("download", error)
