"""The command `python -m cython_dsp`: a module for each verb, `program` that calls them.

A verb has HELP, its own `arguments`, and `run`, which returns the exit status.
"""
