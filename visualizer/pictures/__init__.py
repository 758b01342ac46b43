"""Pictures in the application: where they come from, how they are loaded, chosen and kept."""
