"""Parts of widgets.mask_painter."""
