"""Parts of widgets.mosaic_view."""
