"""Holds a model's contract against its graph and its golden vectors."""
