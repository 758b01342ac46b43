"""Parts of widgets.wipe_view."""
