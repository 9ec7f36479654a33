"""How much to order now: description, engine and independent check."""
