"""Calls: who is connected with whom, and where a number leads."""
