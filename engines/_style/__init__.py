"""The parts of engines.style."""
