"""The parts of engines.embedding."""
