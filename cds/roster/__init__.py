"""Rosters: describe a problem, solve it, check it, explain it, repair it."""
