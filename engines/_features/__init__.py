"""What engines.features is made of."""
