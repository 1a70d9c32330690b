# Board firmware: MicroPython on the board and in the simulated board; CPython with runtime.py.
#
# Rules: time is TDM frames (ticks of 125 us) counted by blocks that arrive; no clock, no sleep.
# After start-up the way of a block (link/board.py: step, receive) allocates nothing, so the
# collector never runs in it.  Integers stay below 2**30, where the RP2350's MicroPython needs no
# heap for them: a 32-bit tick is four bytes, and differences of ticks are taken on 24 bits.
