"""What callboxd's process and its owner agree on: sizes and values of the orders (`program`)."""

ORDER_BYTES, ANSWER_BYTES = 64, 65536
IN_ORDER, BROKEN, BLOCKED = 0, 1, 2
"""Values of order `d`."""
