"""Feature Lab: a trained network as feature extractor for a person's own pictures."""

from visualizer.panels.feature_lab.panel import FeatureLabPanel

__all__ = ["FeatureLabPanel"]
