# The framer driver and the chip model against the register accesses of the Linux framer driver
# (drivers/net/wan/framer/pef2256/pef2256.c) and of DAHDI's wct4xxp: golden/pef2256_linux.json.
# Runs on both Pythons.
import json
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from rig import SILENCE, Bench

from board import wire
from board.mcu.drivers import pef2256_regs as regs
from board.mcu.drivers.pef2256 import ChipError, Pef2256
from board.sim import line
from board.sim.chips.pef2256 import Pef2256Model

HERE = __file__.rsplit("/", 1)[0]
FRAMING = {
    "double": wire.FRAMING_DOUBLE,
    "crc4": wire.FRAMING_CRC4,
    "auto": wire.FRAMING_AUTO,
}
CLOCK = {"line": wire.CLOCK_LINE, "own": wire.CLOCK_OWN}
TALK = bytes((i * 7 + 1) & 0xFF for i in range(line.BLOCK_BYTES))


def load():
    with open(HERE + "/../golden/pef2256_linux.json") as file:  # noqa: PTH123
        return json.load(file)


def case(framing="crc4", clock="line"):
    for found in load()["line"]:
        if (found["framing"], found["clock"]) == (framing, clock):
            return found["accesses"]
    raise AssertionError


class Recorder:
    # A bus that writes down what passes.
    def __init__(self, chip):
        self._chip = chip
        self.accesses = []

    def read(self, address):
        self.accesses.append(["r", address])
        return self._chip.read(address)

    def write(self, address, value):
        self.accesses.append(["w", address, value])
        self._chip.write(address, value)


def set_up(framing="crc4", clock="line"):
    bus = Recorder(Pef2256Model())
    Pef2256(bus).setup(FRAMING[framing], CLOCK[clock], wire.CODE_HDB3)
    return bus


def without_identification(accesses):
    return [a for a in accesses if a not in (["r", regs.VSTR], ["r", regs.WID])]


def test_the_set_up_is_the_linux_drivers_access_by_access():
    for found in load()["line"]:
        ours = without_identification(set_up(found["framing"], found["clock"]).accesses)
        linux = found["accesses"]
        assert ours[: len(linux)] == linux, found["framing"] + " " + found["clock"]


def test_the_signalling_set_up_is_dahdis_with_one_more_interrupt_and_imr3():
    ours = without_identification(set_up().accesses)[len(case()) :]
    expected = load()["hdlc"]
    for access in expected:
        if access[:2] == ["w", regs.IMR1]:
            access[2] &= ~regs.ISR1_RDO  # we want to know of overflows
    expected.append(["w", regs.IMR3, regs.IMR3_OPEN])
    assert ours == expected


def test_ami_differs_in_the_line_code_only():
    hdb3 = regs.setup(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)
    ami = regs.setup(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_AMI)
    assert [pair for pair in zip(hdb3, ami) if pair[0] != pair[1]] == [  # noqa: B905
        ((regs.FMR0, 0xF0), (regs.FMR0, 0xA0))
    ]


def test_the_chip_model_works_after_the_linux_drivers_own_accesses():
    # The model knows nothing of our driver: the accesses of the other one must make it work.
    hdlc = load()["hdlc"]
    for found in load()["line"]:
        chip = Pef2256Model()
        for access in found["accesses"] + hdlc:
            if access[0] == "w":
                chip.write(access[1], access[2])
            else:
                chip.read(access[1])
        block = bytearray(line.block(0, 0, TALK))
        chip.from_line(0, block)
        assert (chip.read(regs.FRS0), bytes(block)) == (0, line.block(0, 0, TALK)), found
        multiframe = 0 if found["framing"] != "double" else line.LOMF
        assert chip.to_line(block, bytearray(line.SIZE)) == multiframe
        assert bytes(block) == line.block(0, 0, TALK)


def test_status_bits_are_those_of_the_drivers_of_others():
    names = load()["status"]
    for register, bits in names.items():
        if register == "counters":
            for name, address in bits.items():
                assert getattr(regs, name) == address, name
            continue
        assert getattr(regs, register) == bits.pop("address"), register
        for name, bit in bits.items():
            if register not in ("VSTR", "WID"):
                assert getattr(regs, register + "_" + name) == bit, name


def test_the_model_shows_each_line_fault_in_its_status_bit():
    status = load()["status"]["FRS0"]
    for bits, shown in (
        (line.LOS, status["LOS"] | status["LFA"]),
        (line.AIS, status["AIS"] | status["LFA"]),
        (line.LFA, status["LFA"]),
        (line.RAI, status["RRA"]),
        (line.LOMF, status["LMFA"]),
    ):
        chip = Pef2256Model()
        Pef2256(chip).setup(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)
        chip.from_line(bits, bytearray(line.block(0, 0, TALK)))
        assert chip.read(status["address"]) == shown, bits


def test_another_chip_is_refused():
    for version in (0x00, 0x20, 0xFF):
        chip = Pef2256Model()
        chip.registers[regs.VSTR] = version
        try:
            Pef2256(chip).setup(wire.FRAMING_CRC4, wire.CLOCK_LINE, wire.CODE_HDB3)
        except ChipError:
            continue
        raise AssertionError(version)


def works(bench):
    # Whether calls would work: no alarm, audio and D-channel both ways, counters, slips, alarms.
    bench.hello()
    bench.run(10)
    bench.block(TALK)
    heard = wire.parse_pcm(bench.taken(wire.PCM_RX)[-1][3])[4]
    bench.answer(TALK)
    said = bench.block()
    good_bits = bench.out_bits
    bench.chip.signalling.on_line.append((b"\x00\x01\x73" + bytes(60), 0))
    bench.say(wire.HDLC_TX, wire.pack_hdlc(0, b"\x02\x01\x7f" + bytes(60)))
    bench.run(50)
    frames = (bench.d_frames(), bench.chip.signalling.sent)
    bench.block(bits=line.LOMF)
    multiframe = bench.chip.read(regs.FRS0)
    bench.block(bits=line.LFA)
    rai = bench.out_bits
    bench.block(bits=line.SLIP_LOST)
    bench.block(bits=line.SLIP_REPEATED)
    bench.chip.count_errors((1, 2, 3, 4))
    for _ in range(20):
        bench.answer(SILENCE)
        bench.run(50)
    status = bench.status()
    counted = [status[n] for n in ("code_violations", "fas_errors", "crc_errors", "e_bits")]
    faults = [code for code, _, _ in bench.events() if code in (wire.EVT_CHIP, wire.EVT_ALARM)]
    return (
        (heard, said, good_bits) == (TALK, TALK, 0)
        and frames == ([b"\x00\x01\x73" + bytes(60)], [b"\x02\x01\x7f" + bytes(60)])
        and (multiframe, rai) == (regs.FRS0_LMFA, line.RAI)
        and (counted, status["slips"], faults) == ([1, 2, 3, 4], 2, [])
    )


def test_a_right_set_up_works():
    assert works(Bench())
