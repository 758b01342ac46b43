"""What `widgets.signal_plot` is made of; import from there."""
