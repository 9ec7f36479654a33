"""Stock of a pharmacy: items, lots and movements read and checked, and what follows from them."""
