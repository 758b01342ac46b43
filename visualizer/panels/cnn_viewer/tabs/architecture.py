"""Architecture: the network as a graph to zoom into, with shapes, blocks and search."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from visualizer.jobs import JobError
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.tabs.architecture_compute import DrawnNetwork, drawn_network
from visualizer.panels.cnn_viewer.tabs.base import Tab, TabHost
from visualizer.panels.cnn_viewer.tabs.network_size import input_size
from widgets.architecture_view import ArchitectureView, Runner
from widgets.form_parts import wrapping_label

if TYPE_CHECKING:
    from engines.models import LoadedModel

TOPIC = "architecture"


class ArchitectureTab(Tab):
    """The flow of the network that is loaded; a click on a layer shows its channels."""

    name = "architecture"
    title = "Architecture"
    tooltip = "The network as a graph: branches, additions, shapes; blocks open and collapse"

    def __init__(self, host: TabHost, parent: QWidget | None = None) -> None:
        super().__init__(host, parent)
        self._lane = host.lane("architecture")
        self._asked: tuple[LoadedModel, tuple[int, int, int]] | None = None
        self._layers: frozenset[str] = frozenset()
        self._layer = ""
        self.view = ArchitectureView("architecture_graph", run=_runner(host))
        self.text = wrapping_label("architecture_text")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.view, 1)
        layout.addWidget(self.text)
        self.view.node_chosen.connect(self._chosen)

    def show_context(self, context: Context) -> None:
        """Draw the network if it is another one; mark the layer that is shown."""
        size = input_size(context)
        if context.model is None or size is None:
            return
        if context.run is not None:
            self._layers = frozenset(context.run.activations)
        asked = (context.model, size)
        layer, self._layer = self._layer, context.layer
        if self._asked is None or self._asked[0] is not asked[0] or self._asked[1] != size:
            self._asked = asked
            self._lane.submit(lambda: drawn_network(*asked), self._show, self._failed)
        elif layer != context.layer and self.view.chosen() != context.layer:
            self.view.set_chosen(context.layer, reveal=True)

    def _show(self, drawn: DrawnNetwork) -> None:
        self.host.say(TOPIC, None)
        if drawn.graph.nodes != self.view.graph().nodes:
            self.view.set_graph(drawn.graph)
        self.view.set_chosen(self._layer)
        self.text.setText(drawn.text)
        self.settled.emit()

    def _failed(self, error: JobError) -> None:
        self.host.say(TOPIC, error)
        self.settled.emit()

    def _chosen(self, name: str) -> None:
        if name not in self._layers:
            said = f"{name} has no channels that are kept; choose a layer beside it."
            self.host.show_info(said)
        elif name != self._layer:
            self.host.choose_layer(name)


def _runner(host: TabHost) -> Runner:
    """Return what lets large graphs be arranged while the window goes on."""
    lane = host.lane("arranging")  # of no tab: a view that knows its tab would keep it alive

    def run(work: Callable[[], Any], take: Callable[[Any], None]) -> None:
        lane.submit(work, take, lambda error: host.say(TOPIC, error))

    return run
