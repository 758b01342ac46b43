"""What is left of a network in memory once another one is shown."""

from __future__ import annotations

import weakref

import pytest

from driving import child
from visualizer.panels.cnn_viewer.tabs import TABS
from widgets.architecture_view import ArchitectureView

NETWORKS = ("mobilenet_v3_small", "squeezenet1_1")


@pytest.fixture
def viewer(open_window):
    return open_window(panel="cnn_viewer").panel


def settle(qtbot, panel):
    qtbot.waitUntil(panel.is_settled, timeout=60_000)


def watch(panel):
    """Return weak references to the network, to its weights, and to what it answered."""
    run = panel.run
    parts = [run.model.module, *run.model.module.parameters(), *run.activations.values()]
    return [weakref.ref(part) for part in parts]


def switch(qtbot, panel, name):
    panel.chooser.choose(name, "none")
    qtbot.waitUntil(lambda: panel.models.network.choice.name == name, timeout=60_000)
    settle(qtbot, panel)
    assert panel.run.model is panel.models.network.model


def wait_until_gone(qtbot, references, holder="the panel"):
    def gone():
        kept = sum(reference() is not None for reference in references)
        assert kept == 0, f"{holder} keeps {kept} parts of a former network"

    qtbot.waitUntil(gone, timeout=5_000)


def test_a_former_network_is_gone_once_another_is_shown(qtbot, viewer):
    """Weights too, which the copies that explain and try out share."""
    for name in (*NETWORKS, "efficientnet_lite0"):
        former = watch(viewer)
        switch(qtbot, viewer, name)
        wait_until_gone(qtbot, former)


def test_neither_an_open_nor_a_closed_tab_keeps_a_former_network(qtbot, viewer):
    for kind in TABS:
        viewer.open_tab(kind.name)
        settle(qtbot, viewer)
        former = watch(viewer)
        switch(qtbot, viewer, NETWORKS[0])
        wait_until_gone(qtbot, former, f"the open tab {kind.name}")
        viewer.open_tab("")
        former = watch(viewer)
        switch(qtbot, viewer, NETWORKS[1])
        wait_until_gone(qtbot, former, f"the closed tab {kind.name}")


def test_a_tab_that_was_outdated_shows_the_new_network_when_it_is_opened_again(qtbot, viewer):
    viewer.open_tab("architecture")
    settle(qtbot, viewer)
    viewer.open_tab("")
    switch(qtbot, viewer, "squeezenet1_1")
    assert "architecture" not in viewer.tabs.made
    viewer.open_tab("architecture")
    settle(qtbot, viewer)
    view = child(viewer, ArchitectureView, "architecture_graph")
    assert view.isVisible()
    assert any(node.key == "features.3.squeeze" for node in view.graph().nodes)


def test_tabs_opened_and_outdated_again_and_again_leave_no_lanes_behind(qtbot, viewer):
    counts = []
    for name in (*NETWORKS, *NETWORKS):
        viewer.open_tab("why")
        settle(qtbot, viewer)
        viewer.open_tab("")
        switch(qtbot, viewer, name)
        counts.append((len(viewer._lanes), len(viewer._jobs)))
    assert len(set(counts)) == 1
