"""The parts of engines.datasets."""
