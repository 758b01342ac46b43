"""The pages of the Geometry panel's drawer."""

from visualizer.panels.geometry.tools.matrix import MatrixPage
from visualizer.panels.geometry.tools.predict import PredictPage
from visualizer.panels.geometry.tools.side_by_side import SideBySidePage
from visualizer.panels.geometry.tools.stack import StackPage
from visualizer.panels.geometry.tools.use_count import UseCountPage

__all__ = ["MatrixPage", "PredictPage", "SideBySidePage", "StackPage", "UseCountPage"]
