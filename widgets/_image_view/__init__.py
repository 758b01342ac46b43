"""The parts of `widgets.image_view`."""
