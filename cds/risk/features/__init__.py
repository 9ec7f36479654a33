"""Features: declared once, computed by two engines that must agree."""
