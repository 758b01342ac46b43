"""A strip that grows at each click: python -m widgets.examples.timeline_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.timeline import Snapshot, Timeline

if __name__ == "__main__":
    app = QApplication([])
    view = Timeline("example")
    noise = np.random.default_rng(0).integers(0, 256, (30, 48, 3), np.uint8)

    view.set_snapshots([Snapshot(n, 10 * n, noise // (n + 1)) for n in range(6)])
    view.snapshot_chosen.connect(
        lambda key: view.add_snapshot(Snapshot(len(view.snapshots()), 10 * key, noise))
    )
    view.resize(500, view.height())
    view.show()
    app.exec()
