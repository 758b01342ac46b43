"""Reusable Qt views of plain arrays; they know neither torch nor the engines."""
