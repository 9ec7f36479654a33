"""Risks and their reasons, as text, pages, tables and FHIR."""
