"""Recordings of conversations, and the chain of seals that shows what was changed afterwards.

`recordings` decides which and tells when a file is complete, `seals` binds each to the one before,
`check` finds what is not as it was sealed, `words` says so; `python -m firmware.recording`.
"""
