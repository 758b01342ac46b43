"""Parts of feature visualization, attribution, perturbation and the search for patches."""
