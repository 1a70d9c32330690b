# Runs every test_* function of one test file under MicroPython: `micropython THIS FILE`.
#
# A line "ok NAME" or "FAILED NAME" with the traceback for each; the exit code is the number that
# failed.  What pytest offers is not there, so these files use plain asserts only.
import gc
import sys


def run(path):
    scope = {"__name__": "test", "__file__": path}
    with open(path) as file:  # noqa: PTH123  MicroPython has no pathlib
        exec(compile(file.read(), path, "exec"), scope)
    failed = 0
    for name in sorted(name for name in scope if name.startswith("test_")):
        gc.collect()
        try:
            scope[name]()
            print("ok", name)
        except Exception as error:  # noqa: BLE001  any failure is a failed test
            failed += 1
            print("FAILED", name)
            sys.print_exception(error)
    return failed


if __name__ == "__main__":
    sys.exit(run(sys.argv[1]))
