"""Parts of widgets.loss_plot."""
