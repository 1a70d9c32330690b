"""Commands, read models and live events for desktops and programs."""
