"""Projections of the ledger: call records, queue visits, agents' time lines, figures of queues."""
