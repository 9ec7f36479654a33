"""Hospital tables as a recipe sees them: read, mapped to concepts, cut into units."""
