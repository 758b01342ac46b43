"""Style Studio: neural style transfer that one can watch, steer and understand."""

from visualizer.panels.style_studio.panel import StyleStudioPanel

__all__ = ["StyleStudioPanel"]
