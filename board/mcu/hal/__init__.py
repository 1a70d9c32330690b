# The hardware below the firmware: sim.py inside the simulated board, rp2.py on the RP2350.
