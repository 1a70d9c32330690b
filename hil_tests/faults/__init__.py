"""Faults in the middle of calls, at random moments, judged by the exchange: `make faults`."""
