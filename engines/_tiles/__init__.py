"""The parts of engines.tiles."""
