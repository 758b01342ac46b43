"""The compute layer: torch, NumPy and SciPy, usable from a notebook without Qt."""
