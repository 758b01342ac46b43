"""The parts of `engines.geometry`."""
