# What power_on.py is on the board, for a simulated one: its flash is a folder.
#
# Arguments: the folder, then those of the program in the set (main_sim.py, main_sim_fxo.py).
import sys

import slots


def _forget():
    # A board that starts has no modules in memory.
    for name in list(sys.modules):
        if name == "board" or name.startswith("board."):
            del sys.modules[name]
    if hasattr(sys, "path_importer_cache"):
        sys.path_importer_cache.clear()  # CPython remembers what was in a folder


def main(root, arguments):
    kept = {}
    again = True
    while again:
        _forget()
        try:
            again = slots.boot(root, arguments, kept)
        except Exception as error:
            # A set on trial has used up a start; without a trial there is nothing else to run.
            if not slots.Slots(slots.Files(root)).read()[1]:
                raise
            print("set on trial:", repr(error))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
