"""The run of a night: what it is known by, what it makes, what it says of itself."""
