"""Exported imaging models: read studies, check and run models, show where they looked."""
