"""Interactive voice response: what a caller hears and presses before a person answers."""
