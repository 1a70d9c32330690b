# A new firmware for the board: received, checked, tried, kept or given up.
