"""A day's callers and agents on virtual time, and what the exchange's record says of the box."""
