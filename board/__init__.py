"""Daughter boards: board firmware, host driver, simulated boards and exchange."""
