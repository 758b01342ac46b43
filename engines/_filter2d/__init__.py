"""How `filter2d` computes: one module per method, and the padding arithmetic they share."""
