"""Parts of widgets.scatter_plot."""
