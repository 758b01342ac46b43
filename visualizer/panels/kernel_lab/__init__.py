"""Kernel Lab: edit a kernel over a real picture and see what every number does."""

from visualizer.panels.kernel_lab.panel import KernelLabPanel

__all__ = ["KernelLabPanel"]
