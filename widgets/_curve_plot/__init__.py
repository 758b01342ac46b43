"""Parts of widgets.curve_plot."""
