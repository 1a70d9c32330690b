"""Simulated boards, line and exchange: a product feature with the real boards' interface."""
