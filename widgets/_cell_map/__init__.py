"""The parts of the map of cells."""
