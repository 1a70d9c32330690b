"""The one origin: nginx's configuration for a run directory, and its private CA."""
