# Chips, register by register, and nothing else.
