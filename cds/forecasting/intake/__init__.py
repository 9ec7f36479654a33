"""Tables of series as hospitals keep them, made into regular histories that can be forecast."""
