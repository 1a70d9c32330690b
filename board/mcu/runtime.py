# What differs between MicroPython and CPython: the shim by which the firmware runs on both.
#
# `micropython.viper` is recognised by MicroPython's compiler by its name; on CPython the function
# stays plain Python and a ptr8 is the buffer itself.
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:  # what mypy shall take for viper's types
    from array import array

    import micropython
    from micropython import const

    ptr8 = bytearray
    ptr32 = array[int]
elif sys.implementation.name == "micropython":
    import micropython
    from micropython import const

    ptr8 = ptr32 = None  # names of types inside viper code
else:

    class micropython:
        @staticmethod
        def viper(function):
            return function

        @staticmethod
        def heap_lock():
            pass

        @staticmethod
        def heap_unlock():
            return 0

    def const(value):
        return value

    def ptr8(buffer):
        return buffer

    def ptr32(buffer):
        return buffer
