"""One tab of the CNN Viewer in a window of its own, with all that the panel would give it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engines.images import load_sample
from visualizer import theme
from visualizer.app import make_application
from visualizer.edits import Edits
from visualizer.history import History
from visualizer.jobs import LatestWins, StepJob
from visualizer.networks.choice import ModelChoice
from visualizer.networks.loading import load_network
from visualizer.panels.cnn_viewer.compute import run_network
from visualizer.panels.cnn_viewer.context import Context
from visualizer.panels.cnn_viewer.known import default_layer
from visualizer.panels.cnn_viewer.state import CnnViewerState
from visualizer.panels.cnn_viewer.tabs.base import TabHost
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource


@cache
def network(name="efficientnet_lite0", weights="best"):
    return load_network(ModelChoice(name=name, weights=weights))


@cache
def run_of(sample, name="efficientnet_lite0", weights="best"):
    source = PictureSource(name=sample)
    state = CnnViewerState(picture=source, model=ModelChoice(name=name, weights=weights))
    return run_network(network(name, weights), Picture(source, load_sample(sample)), state)


def context_of(run, layer="", channel=0, position=None):
    state = run.state.replace(layer=layer, channel=channel, position=position)
    return Context(state, run.model, run, layer or default_layer(run))


class Bench:
    """Holds one tab, gives it lanes and jobs as the panel does, and keeps what it says and asks."""

    def __init__(self, look="light"):
        theme.apply(make_application(), look)
        self.window = QWidget()
        self.window.resize(680, 330)
        QVBoxLayout(self.window).setContentsMargins(0, 0, 0, 0)
        self.lanes, self.jobs, self.asked = [], [], []
        self.said, self.infos = {}, []
        self.tab = self._context = None
        self.history = History(
            CnnViewerState(), self.window, carry=lambda now, then: then.looking_like(now)
        )
        self.history.changed.connect(lambda _before, _after: self._tell())

    def show(self, context):
        """Show another picture, network or layer; what the tabs are set to stays."""
        self._context = context
        self.history.look(context.state.replace(tabs=self.history.present.tabs))
        self._tell()

    def _tell(self):
        if self.tab is not None:
            self.tab.show_context(replace(self._context, state=self.history.present))

    def undo(self):
        self.history.stack.undo()

    def redo(self):
        self.history.stack.redo()

    def open(self, kind, context=None):
        def ask(what):
            return lambda *values: self.asked.append((what, *values))

        host = TabHost(
            services=None, edits=Edits(self.history), lane=self._lane, job=self._job, say=self._say,
            show_info=self.infos.append, choose_layer=ask("layer"), choose_channel=ask("channel"),
            choose_position=ask("position"), open_model=ask("model"), open_picture=ask("picture"),
        )  # fmt: skip
        tab = kind(host)
        self.window.layout().addWidget(tab)
        self.window.show()
        self.tab = tab
        self.show(context or context_of(run_of("chelsea")))
        self.tab.set_active(True)
        return self.tab

    def _lane(self, name):
        self.lanes.append(LatestWins(name, self.window))
        return self.lanes[-1]

    def _job(self, name):
        self.jobs.append(StepJob(name, self.window))
        return self.jobs[-1]

    def _say(self, topic, error):
        self.said.pop(topic, None)
        if error is not None:
            self.said[topic] = error.sentence

    def idle(self):
        """Whether nothing is under way."""
        busy = any(lane.busy for lane in self.lanes) or any(job.busy for job in self.jobs)
        return not busy and self.tab.is_settled()

    def close(self):
        if self.tab is not None:
            self.tab.close_jobs()
        for worker in (*self.jobs, *self.lanes):
            worker.close()
        self.window.close()
        self.window.deleteLater()
