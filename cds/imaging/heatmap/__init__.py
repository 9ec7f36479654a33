"""Where a model looked, how far that map can be believed, and how it is drawn."""
