"""The media engine: every sample of the box, in one native thread, every 5 ms."""
