"""Assembles the PIO programs of board/mcu/hal/pio.py on CPython: a stand-in for MicroPython's rp2.

Encodings from the RP2040 data sheet, 3.4; only what our programs use.
"""

import types


class PIO:
    IN_LOW, IN_HIGH, OUT_LOW, OUT_HIGH = range(4)
    SHIFT_LEFT, SHIFT_RIGHT = 0, 1
    JOIN_NONE, JOIN_TX, JOIN_RX = 0, 1, 2


CONDITIONS = {"not_x": 1, "x_dec": 2, "not_y": 3, "y_dec": 4}
IN_OUT = {"pins": 0, "x": 1, "y": 2, "null": 3, "pindirs": 4}
BLOCK = 0x20


class Instruction:
    def __init__(self, code, side_bits):
        self.code, self._side_bits = code, side_bits

    def side(self, value):
        self.code |= value << (13 - self._side_bits)
        return self

    def delay(self, cycles):
        assert cycles < 1 << (5 - self._side_bits)
        self.code |= cycles << 8
        return self

    __getitem__ = delay


class Assembler:
    def __init__(self, side_bits):
        self._side_bits = side_bits
        self.labels = {}
        self.begin()

    def begin(self):
        self.instructions = []
        self.wrap_from = self.wrap_to = 0

    def _add(self, code):
        self.instructions.append(Instruction(code, self._side_bits))
        return self.instructions[-1]

    def names(self):
        words = {name: name for name in (*CONDITIONS, *IN_OUT, "pin")}
        actions = ("wait", "in_", "out", "set", "jmp", "pull", "push", "nop", "label")
        words |= {name: getattr(self, name) for name in actions}
        return words | {"wrap": self.wrap, "wrap_target": self.wrap_target}

    def label(self, name):
        self.labels[name] = len(self.instructions)

    def wrap_target(self):
        self.wrap_to = len(self.instructions)

    def wrap(self):
        self.wrap_from = len(self.instructions) - 1

    def jmp(self, condition, label=None):
        if label is None:
            condition, label = None, condition
        return self._add(CONDITIONS.get(condition, 0) << 5 | self.labels.get(label, 0))

    def wait(self, polarity, source, index):
        assert source == "pin"
        return self._add(0x2000 | polarity << 7 | 1 << 5 | index)

    def in_(self, source, bits):
        return self._add(0x4000 | IN_OUT[source] << 5 | bits & 31)

    def out(self, target, bits):
        return self._add(0x6000 | IN_OUT[target] << 5 | bits & 31)

    def push(self):
        return self._add(0x8000 | BLOCK)

    def pull(self):
        return self._add(0x8080 | BLOCK)

    def nop(self):
        return self._add(0xA042)

    def set(self, target, value):
        return self._add(0xE000 | IN_OUT[target] << 5 | value)


class Program:
    """What emulate() needs: opcodes, and its options."""

    def __init__(self, function, options):
        side_bits = len(options.get("sideset_init") or [])
        assembler = Assembler(side_bits)
        names = assembler.names()
        body = types.FunctionType(function.__code__, names, None, function.__defaults__)
        for _ in range(2):  # the second time all labels are known
            assembler.begin()
            body()
        self.opcodes = [instruction.code for instruction in assembler.instructions]
        assert len(self.opcodes) <= 32
        self.options = {
            "wrap_target": assembler.wrap_to,
            "wrap_top": assembler.wrap_from,
            "side_set_count": side_bits,
            "auto_push": options.get("autopush", False),
            "auto_pull": options.get("autopull", False),
            "shift_isr_right": options.get("in_shiftdir", 0) == PIO.SHIFT_RIGHT,
            "shift_osr_right": options.get("out_shiftdir", 0) == PIO.SHIFT_RIGHT,
        }


def asm_pio(**options):
    return lambda function: Program(function, options)
