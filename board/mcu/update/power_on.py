# On the board this is /main.py, which MicroPython runs at power-on, with slots.py beside it.
#
# No update replaces these two.  Whatever goes wrong in a set, the board starts again; a set on
# trial has used up one of its starts by then.  Never run on hardware.
import machine
import slots  # type: ignore[import-not-found]  # beside it on the board

try:
    slots.boot("")
finally:
    machine.reset()
