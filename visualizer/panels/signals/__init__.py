"""Signals: one signal slid over another, and every number of the output being made."""

from visualizer.panels.signals.panel import SignalsPanel

__all__ = ["SignalsPanel"]
