"""Samples: the media engine and its kernels.  A library of its own, imports nothing of ours."""
