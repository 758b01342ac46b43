"""Parts of widgets.layer_table_view."""
