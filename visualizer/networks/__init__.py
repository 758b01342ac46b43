"""Which network with which weights: choosing, loading and fetching one, for every panel."""
