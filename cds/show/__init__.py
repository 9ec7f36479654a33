"""How results look: terminal text, printable HTML, FHIR resources. Nothing here computes."""
