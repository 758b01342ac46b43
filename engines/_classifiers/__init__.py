"""The parts of engines.classifiers."""
