"""What `engines.signals` is made of; import from there."""
