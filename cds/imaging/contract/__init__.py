"""What a model takes and gives, written beside it and checked against it."""
