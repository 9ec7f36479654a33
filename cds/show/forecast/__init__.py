"""Forecasts and their evaluation, as text and documents."""
