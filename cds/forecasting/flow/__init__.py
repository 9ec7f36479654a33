"""Patient flow: arrivals, ward census, and the staff they need."""
