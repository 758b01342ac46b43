"""One tab of the Style Studio in a window of its own, with all that the panel would give it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
from PySide6.QtWidgets import QVBoxLayout, QWidget
from torch.nn.functional import interpolate

from engines.activations import capture
from engines.images import load_sample
from visualizer import theme
from visualizer.app import make_application
from visualizer.edits import Edits
from visualizer.history import History
from visualizer.jobs import LatestWins, StepJob
from visualizer.networks.choice import ModelChoice
from visualizer.networks.loading import load_network
from visualizer.panels.style_studio.context import Context, StylePicture
from visualizer.panels.style_studio.making import settings_of
from visualizer.panels.style_studio.preparing import know_layers
from visualizer.panels.style_studio.run_control import RunControl, RunOrder, transfer_of
from visualizer.panels.style_studio.state import StyleStudioState
from visualizer.panels.style_studio.tabs import TabHost
from visualizer.pictures.picture import Picture
from visualizer.pictures.source import PictureSource

SIZE = 64


@cache
def network(name="efficientnet_lite0"):
    return load_network(ModelChoice(name=name)).model


@cache
def known(name="efficientnet_lite0"):
    return know_layers(network(name))


@cache
def picture(sample):
    return Picture(PictureSource(name=sample), load_sample(sample))


def context_of(
    content="retina", styles=("waves",), name="efficientnet_lite0", masks=(), **settings
):
    """What the panel tells before a run, of a small picture."""
    masks = masks or (None,) * len(styles)
    state = StyleStudioState().with_settings(**{"size": SIZE, "steps": 4, **settings})
    made = settings_of(state.settings, known(name).suggested)
    given = tuple(
        StylePicture(picture(style), 1.0, mask) for style, mask in zip(styles, masks, strict=True)
    )
    order = RunOrder(picture(content), given, network(name), made)
    return Context(
        state=state, content=order.content, styles=given, network=order.network,
        suggested=known(name).suggested, layers=known(name).all, settings=made,
        transfer=transfer_of(order),
    )  # fmt: skip


def values_of(view):
    """The numbers that an ImageView shows, None without a picture."""
    return None if view._picture is None else view._picture.values


def maps_by_capture(image, layer, name="efficientnet_lite0"):
    """A layer's maps (C, h, w) of a picture (3, h, w), by hooks on the whole network."""
    model = network(name)
    batch = model.preprocess.normalise(image)[None]
    return capture(model.module, batch, [layer])[layer][0].numpy()


def resized(image, size):
    """A picture (3, H, W) at another size, by torch alone."""
    return interpolate(image[None], size, mode="bicubic", antialias=True)[0].clamp(0, 1)


def after_run(context, steps=3):
    """`context` after some real steps of its transfer."""
    made = context.transfer.run()
    step = [next(made) for _ in range(steps)][-1]
    return showing(context, step)


def showing(context, step, *, running=False):
    pixels = np.rint(np.asarray(step.image).transpose(1, 2, 0) * 255).astype(np.uint8)
    return replace(context, step=step, generated=pixels, running=running)


class StyleBench:
    """Holds one tab, gives it lanes and jobs as the panel does, and keeps what it says."""

    def __init__(self, look="light"):
        theme.apply(make_application(), look)
        self.window = QWidget()
        self.window.resize(350, 620)
        QVBoxLayout(self.window).setContentsMargins(0, 0, 0, 0)
        self.lanes, self.jobs = [], []
        self.said, self.infos = {}, []
        self.tab = self.context = None
        self.history = History(
            StyleStudioState(), self.window, carry=lambda now, then: then.looking_like(now)
        )
        self.history.changed.connect(lambda _before, _after: self._tell())
        self.run = RunControl(self._job("style run"), self.window)

    def show(self, context):
        """Tell the tab something new; what it is set to stays."""
        self.context = context
        self.history.look(context.state.replace(tabs=self.history.present.tabs))
        self._tell()

    def _tell(self):
        if self.tab is not None:
            self.tab.show_context(replace(self.context, state=self.history.present))

    def open(self, kind, context):
        tab = kind(
            TabHost(
                services=None, edits=Edits(self.history), lane=self._lane, job=self._job,
                say=self._say, show_info=self.infos.append, run=self.run,
            )
        )  # fmt: skip
        self.window.layout().addWidget(tab)
        self.window.show()
        self.tab = tab
        self.show(context)
        tab.set_active(True)
        return tab

    @property
    def settings(self):
        return getattr(self.history.present.tabs, self.tab.name)

    def findChild(self, kind, name):  # noqa: N802  Qt's name
        """As of a panel, so that `driving` works on the bench."""
        return self.window.findChild(kind, name)

    def activateWindow(self):  # noqa: N802  Qt's name
        """As of a panel."""
        self.window.activateWindow()

    def undo(self):
        self.history.stack.undo()

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

    def is_settled(self):
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
