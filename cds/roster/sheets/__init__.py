"""Rosters to and from files: csv, xlsx, iCalendar, JSON."""
