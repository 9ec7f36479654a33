"""Rosters, as text and pages."""
