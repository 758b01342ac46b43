"""CNN Viewer: any network, every layer's answer to a picture, down to one number."""

from visualizer.panels.cnn_viewer.panel import CnnViewerPanel

__all__ = ["CnnViewerPanel"]
