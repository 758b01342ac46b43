"""The parts of the view of products."""
