# The E1 board: framer, alarms, D-channel, clock, blocks.
