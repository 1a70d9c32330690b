# The Si3050 driver: its bytes against those of public drivers, its behaviour against the model.
import json
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
import si3050_bench as checks
from si3050_bench import AUSTRALIA, CHINA, LINE, Bench

from board import wire_fxo
from board.mcu.drivers import si3050_regs as regs
from board.mcu.drivers.si3050 import REST_BLOCKS, Si3050
from board.mcu.fxo import countries
from board.mcu.runtime import micropython
from board.sim import fxo_line
from board.sim.chips.si3050 import Si3050Chain

GOLDEN = __file__.rsplit("/", 2)[0] + "/golden/si3050_dahdi.json"
NAMES = {
    wire_fxo.COUNTRY_FCC: "FCC",
    wire_fxo.COUNTRY_TBR21: "TBR21",
    wire_fxo.COUNTRY_CHINA: "CHINA",
    wire_fxo.COUNTRY_UK: "UK",
    wire_fxo.COUNTRY_AUSTRALIA: "AUSTRALIA",
    wire_fxo.COUNTRY_JAPAN: "JAPAN",
    wire_fxo.COUNTRY_NEW_ZEALAND: "NEWZEALAND",
    wire_fxo.COUNTRY_INDIA: "INDIA",
}
# The whole set-up of China on line 2.  What DAHDI's drivers do not write: 22 and 23 (10 to 83 Hz,
# 150 ms, 640 ms: as HiSilicon's si3050 driver), gains and hybrid at zero, 59 for on-hook in 26 ms.
CHINA_ON_LINE_2 = (
    [(5, 0x00), (6, 0x10), (33, 0x00), (2, 0x03), (3, 0x00), (4, 0x00), (18, 0x02)]
    + [(22, 0x16), (23, 0x29), (24, 0x99), (16, 0x00), (26, 0x30), (30, 0x0A), (31, 0x21)]
    + [(59, 0x00), (34, 16), (35, 0), (36, 16), (37, 0), (39, 0), (41, 0), (38, 0), (40, 0)]
    + [(register, 0) for register in range(45, 53)]
    + [(33, 0x20)]
)


def golden():
    with open(GOLDEN) as file:  # noqa: PTH123  MicroPython has no pathlib
        return json.load(file)


class Recorder:
    def __init__(self, chain):
        self._chain = chain
        self.bytes = []

    def transfer(self, line, control, register, value):
        self.bytes.append((control, register, value))
        return self._chain.transfer(line, control, register, value)

    def writes(self):
        return [(r, v) for control, r, v in self.bytes if not control & 0x40]


def recorded(row=CHINA, line=LINE):
    bus = Recorder(Si3050Chain(4))
    driver = Si3050(bus, line)
    driver.setup(row, line)
    return bus, driver


def test_control_bytes_are_those_of_a_four_chip_chain_of_dahdi():
    known = golden()
    for line, cid in enumerate(known["fxo_addresses"]):
        assert regs.control(line, regs.WRITE) == known["write"] | cid
        assert regs.control(line, regs.READ) == known["read"] | cid
    assert len({regs.control(line, regs.READ) for line in range(16)}) == 16


def test_a_transaction_is_control_byte_register_and_data():
    bus, driver = recorded()
    bus.bytes.clear()
    driver.write(30, 0x0A)
    assert driver.read(30) == 0x0A
    assert bus.bytes == [(0x24, 30, 0x0A), (0x64, 30, 0xFF)]


def test_each_of_sixteen_chips_gets_its_own_bytes():
    chain = Si3050Chain(16)
    lines = [Si3050(chain, line) for line in range(16)]
    for line, driver in enumerate(lines):
        driver.write(45, line + 1)
    assert [chip.read(45) for chip in chain.chips] == list(range(1, 17))
    assert [driver.read(45) for driver in lines] == list(range(1, 17))
    assert chain.wrong == 0


def test_the_set_up_is_this_byte_by_byte():
    bus, _ = recorded()
    assert bus.writes() == CHINA_ON_LINE_2


def test_the_set_up_leaves_what_wctdm24xxp_leaves():
    bus, driver = recorded(countries.ROWS[wire_fxo.COUNTRY_FCC], 1)
    driver.power_line_side()
    driver.monitor(True)
    ours = dict(bus.writes())
    theirs = dict(golden()["wctdm24xxp"])
    assert theirs.pop(1) == 0x80  # ours resets by a method of its own
    assert (theirs.pop(24), ours[24]) == (0x00, 0x99)  # theirs does not validate, XPP does
    # Ours has neither full scale (0x80) nor the 200 Hz filter (0x02).
    assert (theirs.pop(31), ours[31]) == (0xA3, 0x21)
    assert {register: ours[register] for register in theirs} == theirs


def test_the_set_up_leaves_what_xpp_leaves():
    bus, driver = recorded(countries.ROWS[wire_fxo.COUNTRY_FCC])
    driver.power_line_side()
    ours = dict(bus.writes())
    theirs = dict(golden()["xpp"])
    assert (theirs.pop(3), ours[3]) == (0x01, 0x00)  # ours has no interrupt pin
    assert (theirs.pop(33), ours[33]) == (0x28, 0x20)  # theirs is mu-law
    assert {register: ours[register] for register in theirs} == theirs


def test_the_line_side_gets_power_last_and_slots_come_before_pcm():
    bus, driver = recorded()
    driver.power_line_side()
    order = [register for register, _ in bus.writes()]
    assert order[-1] == 6
    assert order[-2] == 33
    assert max(order.index(register) for register in (34, 35, 36, 37)) < len(order) - 2


def test_country_rows_are_dahdis_but_for_chinas_own_impedance():
    modes = golden()["modes"]
    assert modes["CHINA"][2] == 0x0F
    modes["CHINA"][2] = 0x0A
    for country, name in NAMES.items():
        row = countries.ROWS[country]
        assert [row[0], row[1], row[2], row[3] | 0x20] == modes[name], name
    assert set(countries.ROWS) == set(range(wire_fxo.COUNTRIES))


def test_what_the_set_up_promises_holds_in_china():
    assert checks.check_the_line_side_is_off_until_it_gets_power(Bench())
    assert checks.check_on_hook_the_line_is_open(Bench())
    assert checks.check_the_impedance_gains_and_hybrid_are_neutral(Bench(), 0x0A)
    assert checks.check_small_voltages_are_shown(Bench())
    assert checks.check_samples_are_in_the_lines_slot(Bench())


def test_loop_current_and_voltage_off_hook():
    assert checks.check_off_hook_the_voltage_is_3_1_v_and_the_bridge_and_50_ohm(Bench())
    assert checks.check_the_least_current_is_16_ma_and_70_ma_flow(Bench())


def test_ringing():
    assert checks.check_both_halves_of_ringing_show_from_16_5_volts(Bench())
    assert checks.check_ringing_is_valid_from_10_to_83_hertz_after_150_ms(Bench())
    assert checks.check_a_pause_of_640_ms_ends_ringing(Bench())


def test_the_hook_opens_as_fast_as_the_country_wants():
    rows = countries.ROWS
    assert checks.on_hook_blocks(Bench(rows[wire_fxo.COUNTRY_CHINA])) == 0  # less than 0.5 ms
    assert checks.on_hook_blocks(Bench(rows[wire_fxo.COUNTRY_UK])) == 1  # 3 ms
    assert checks.on_hook_blocks(Bench(AUSTRALIA)) == 6  # 26 ms


def test_the_monitor_path_comes_back_after_the_hook():
    bench = Bench().up()
    bench.driver.monitor(True)
    assert bench.bits() == fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_MONITOR
    bench.driver.hook(True)
    assert bench.bits() == fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_OFF_HOOK
    bench.driver.monitor(False)
    bench.driver.monitor(True)
    assert bench.bits() == fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_OFF_HOOK
    bench.driver.hook(False)
    assert bench.bits() == fxo_line.DRAW_LINE_SIDE | fxo_line.DRAW_MONITOR


def test_a_reversed_line_has_positive_volts_and_a_reversal_is_told_once():
    bench = Bench().up()
    assert bench.poll().volts == -48
    bench.battery(-48, 1000)
    found = bench.poll()
    assert (found.volts, found.reversal) == (48, True)
    assert not bench.poll().reversal


def test_overload_current_and_a_line_without_feed():
    bench = Bench().up()
    bench.driver.hook(True)
    bench.battery(48, 250)
    assert bench.poll(2).overload
    bench.battery(48, 65535)  # cut
    found = bench.poll(2)
    assert (found.starved, found.milliamperes, found.volts) == (True, 0, 0)


def test_gains_and_hybrid_reach_the_pair():
    bench = Bench().up()
    bench.driver.hybrid(b"\x01\x02\x03\x04\x05\x06\x07\x08")
    for receive, transmit in ((3, -5), (24, -30), (-1, 1), (0, 0)):
        bench.driver.gains(receive, transmit)
        bench.bits()
        assert bench.drawn[4:] == (b"\x01\x02\x03\x04\x05\x06\x07\x08", receive, transmit)
    bench.driver.gains(60, -60)
    bench.bits()
    assert bench.drawn[5:] == (24, -30)


def test_a_silent_chip_does_not_answer_and_shows_nothing():
    bench = Bench().up()
    bench.ringing(90)
    bench.blocks(1, fxo_line.FEED_CHIP_SILENT)
    driver = bench.driver
    driver.poll()
    assert (driver.answers, driver.line_side, driver.volts) == (False, False, 0)
    assert not driver.ring_p
    assert not driver.ring_n
    assert not driver.line_side_up()
    assert driver.changed_register() == -1
    assert bench.poll().answers


def test_a_chip_that_reset_itself_is_noticed_at_the_next_poll():
    bench = Bench().up()
    bench.driver.hook(True)
    bench.blocks(1, fxo_line.FEED_CHIP_RESET)
    assert bench.bits() == 0
    bench.driver.poll()
    assert not bench.driver.line_side
    assert bench.driver.changed_register() == regs.DAA2
    bench.driver.setup(CHINA, LINE)
    assert bench.up().driver.line_side_up()
    assert {bench.driver.changed_register() for _ in range(40)} == {-1}


def test_an_isolation_link_that_is_down_is_not_a_lost_register():
    bench = Bench().up()
    bench.driver.hook(True)
    bench.blocks(3, fxo_line.FEED_ISOLATION_DOWN)
    driver = bench.driver
    driver.poll()
    assert (driver.answers, driver.line_side, driver.line_side_up()) == (True, False, False)
    assert {driver.changed_register() for _ in range(40)} == {-1}
    assert bench.bits() == 0
    assert bench.poll(10).line_side
    assert bench.bits() & fxo_line.DRAW_OFF_HOOK  # register 5 was kept by the system side


def test_each_lost_register_is_found_in_one_walk():
    for register in bytes((16, 18, 22, 23, 24, 26, 30, 31, 59)) + bytes(range(33, 53)):
        if 42 <= register < 45:
            continue  # nothing of ours
        bench = Bench().up()
        bench.blocks(1, fxo_line.FEED_CORRUPT, register)
        bench.driver.poll()
        found = {bench.driver.changed_register() for _ in range(30)}
        assert found == {-1, register}, register


def test_a_lost_register_can_be_written_again():
    bench = Bench().up()
    bench.blocks(1, fxo_line.FEED_CORRUPT, regs.AC_TERMINATION)
    bench.driver.restore(regs.AC_TERMINATION)
    bench.driver.poll()
    assert {bench.driver.changed_register() for _ in range(30)} == {-1}


def test_a_lost_hook_is_told_at_once():
    bench = Bench().up()
    bench.driver.monitor(True)
    bench.blocks(1, fxo_line.FEED_CORRUPT, regs.DAA1)
    bench.driver.poll()
    assert bench.driver.changed_register() == regs.DAA1


def test_a_chip_takes_nothing_right_after_a_reset():
    bench = Bench()
    bench.driver.reset()
    bench.driver.setup(CHINA, LINE)
    bench.blocks(REST_BLOCKS)
    assert bench.driver.read(regs.DC_TERMINATION) == 0
    bench.driver.setup(CHINA, LINE)
    assert bench.driver.read(regs.DC_TERMINATION) == 0x30


def test_dahdi_asks_the_same_register_whether_the_chip_is_there():
    assert golden()["insane"] == [regs.CONTROL2, regs.CONTROL2_RESET]


class QuietBus:
    # Registers alone; the model allocates.
    def __init__(self):
        self.registers = bytearray(256)
        self.registers[regs.CONTROL2] = regs.CONTROL2_RESET
        self.registers[regs.CHIP_A] = 0x35

    def transfer(self, line, control, register, value):
        if control & 0x40:
            return self.registers[register]
        self.registers[register] = value
        return 0


def work(bus, driver):
    for number in range(256):
        bus.registers[regs.LINE_SIDE_STATUS] = 0x40 | number & 0x1F
        bus.registers[regs.INTERRUPT_SOURCE] = number
        bus.registers[regs.LINE_VOLTAGE] = bus.registers[regs.LOOP_CURRENT] = number
        driver.poll()
        driver.hook(bool(number & 1))
        driver.monitor(bool(number & 2))
        driver.changed_register()
        driver.gains(number & 15, -(number & 15))
        driver.hybrid(b"\x00\x01\x02\x03\x04\x05\x06\x07")
        driver.country(CHINA)
        driver.line_side_up()
        driver.power_line_side()


def test_polling_and_switching_allocate_nothing():
    bus = QuietBus()
    driver = Si3050(bus, 3)
    driver.setup(CHINA, 3)
    work(bus, driver)
    micropython.heap_lock()
    try:
        work(bus, driver)
    finally:
        micropython.heap_unlock()
    assert driver.volts == -1
