"""A ward as its manager describes it: read from tables, compiled to a problem."""
