"""Clinical decision support and ward operations at the terminal."""

__version__ = "0.1.0"
