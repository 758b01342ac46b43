"""Networks: where they come from, their weights, and what pictures become before them."""
