"""The daemon's database: an append-only ledger of events and tables projected from it."""
