"""Hostile input: every parser of foreign bytes against a coverage-guided fuzzer.

`python -m hil_tests.fuzz` runs them all; the inputs that are worth keeping are in `corpus/`.
"""
