"""Layer Lab: every kind of layer, taken apart in experiments."""

from visualizer.panels.layer_lab.panel import LayerLabPanel

__all__ = ["LayerLabPanel"]
