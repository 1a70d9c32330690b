"""Automatic call distribution: agents, queues and who gets which call."""
