# The link to the host: COBS frames, reliable events, commands answered once.
