"""The one word list: all ids, events, commands, read models and settings that cross processes.

Frozen dataclasses and enums only (`ids`, `model`, `events`, `commands`, `views`); the
configuration (`config`, `flow`) is pydantic.  Nothing here does I/O or reads a clock.
"""
