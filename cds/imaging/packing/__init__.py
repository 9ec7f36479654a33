"""Writes the contract of an exported model by asking its graph, its metadata and its owner."""
