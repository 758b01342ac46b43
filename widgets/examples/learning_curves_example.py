"""Two trainings side by side: python -m widgets.examples.learning_curves_example."""

import numpy as np
from PySide6.QtWidgets import QApplication

from widgets.learning_curves import LearningCurves, TrainingRun

if __name__ == "__main__":
    app = QApplication([])
    epochs = np.arange(1, 11)
    view = LearningCurves("example")
    view.set_runs(
        [
            TrainingRun(name, color, 2 * rate**epochs, 1 - rate**epochs,
                        0.2 + 2 * rate**epochs, 0.95 - rate**epochs, best=10)
            for name, color, rate in (("New head", "blue", 0.8), ("Everything", "red", 0.6))
        ]
    )  # fmt: skip
    view.show()
    app.exec()
