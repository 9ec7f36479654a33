"""Results of imaging models, as text, pages and FHIR."""
