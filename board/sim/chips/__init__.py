"""Chip models: register files and line behaviour, inside the simulated board's process."""
