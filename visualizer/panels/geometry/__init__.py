"""Geometry: sizes, padding, stride and dilation on a grid, one output number at a time."""

from visualizer.panels.geometry.panel import GeometryPanel

__all__ = ["GeometryPanel"]
