"""The simulated exchange as a process for a running system: time, callers, a page."""
