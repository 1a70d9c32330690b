"""A call through the release's own code on the machine it runs on: `python -m firmware.loopback`.

The box, its boards' firmware and both sides of callbox-isdn, with a simulated network around
them, on virtual time: a slow machine takes longer and hears the same.
"""
