from board.sim import call
from board.sim.alaw import SILENCE, decode

BLOCK = bytes([SILENCE]) * 40


def test_a_block_may_come_while_all_is_being_read(monkeypatch):
    recording = call.Recording(None)
    recording.add(0, BLOCK)

    def interrupted(codes):
        with memoryview(codes) as view:
            recording.add(40, BLOCK)
            return decode(bytes(view))

    monkeypatch.setattr(call, "decode", interrupted)
    assert recording.heard().end == 40
    monkeypatch.undo()
    assert recording.heard().end == 80


def test_the_last_samples_of_it():
    recording = call.Recording(None)
    assert recording.latest(80).size == 0
    recording.add(0, BLOCK)
    recording.add(80, bytes([0x80]) * 40)
    assert recording.latest(41).tolist() == [*decode(BLOCK[:1]), *decode(bytes([0x80]) * 40)]
    assert recording.latest(1000).size == 120
