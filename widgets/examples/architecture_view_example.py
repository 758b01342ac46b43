"""A residual block to zoom and collapse: python -m widgets.examples.architecture_view_example."""

import itertools

from PySide6.QtWidgets import QApplication

from widgets.architecture_view import ArchitectureView, Graph, GraphBlock, GraphEdge, GraphNode

if __name__ == "__main__":
    app = QApplication([])
    names = ("input", "block.conv1", "block.relu", "block.conv2", "add", "output")
    nodes = [GraphNode(name, name, "", "other", name.rpartition(".")[0]) for name in names]
    ways = [*itertools.pairwise(names), ("input", "add")]
    edges = tuple(GraphEdge(start, end, "64·56·56") for start, end in ways)
    view = ArchitectureView("example")
    view.set_graph(Graph(tuple(nodes), edges, (GraphBlock("block", "Sequential"),)), frozenset())
    view.show()
    app.exec()
