"""Arrivals, census and staffing need, as text and documents."""
