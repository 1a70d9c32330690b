"""The analogue side of the simulated exchange: pairs of wire, subscribers' service, callers."""
