"""Parts of widgets.architecture_view."""
