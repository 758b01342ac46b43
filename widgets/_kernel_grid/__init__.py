"""The parts of the kernel grid."""
