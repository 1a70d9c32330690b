import numpy as np
import pytest

from cython_dsp.reference import ulaw_decode, ulaw_encode
from cython_dsp.tests.door import DUPLICATE, LATE, OK, Leg
from cython_dsp.tests.rtp.streams import (
    PACKET,
    alaw,
    header,
    on_time,
    packets,
    play,
    voice,
)

DELAY = 160  # samples the buffer adds when all is well: 20 ms
SPEECH = voice(10)


def test_undisturbed_audio_comes_out_unchanged_20_ms_later():
    leg = Leg()
    heard, _ = play(leg, on_time(packets(SPEECH)), 2000)
    np.testing.assert_array_equal(heard[DELAY:], alaw(SPEECH)[:-DELAY])
    assert leg.statistics.concealed == leg.statistics.late == leg.statistics.lost == 0


def test_mu_law_is_heard_as_well():
    heard, _ = play(Leg(), on_time(packets(SPEECH, law="u")), 2000)
    np.testing.assert_array_equal(heard[DELAY:], ulaw_decode(ulaw_encode(SPEECH))[:-DELAY])


@pytest.mark.parametrize("size", [80, 160, 240, 480])
def test_packets_of_10_to_60_ms_are_heard(size):
    # They arrive when their last sample has been spoken.
    heard, _ = play(Leg(), on_time(packets(SPEECH, size=size), size), 2000)
    np.testing.assert_array_equal(heard[2000:8000], alaw(SPEECH)[2000 - DELAY : 8000 - DELAY])


@pytest.mark.parametrize(
    ("sequence", "timestamp"), [(0xFFF0, 0), (0, 0xFFFFFFFF - 8000), (0xFFFF, 0x7FFFFFFF - 80)]
)
def test_sequence_and_time_stamp_wrap_unheard(sequence, timestamp):
    leg = Leg()
    heard, _ = play(leg, on_time(packets(SPEECH, sequence, timestamp)), 2000)
    np.testing.assert_array_equal(heard[DELAY:], alaw(SPEECH)[:-DELAY])
    assert leg.statistics.lost == 0


def test_reordered_packets_are_put_in_order():
    data = on_time(packets(SPEECH))
    for i in range(10, 400, 7):
        data[i], data[i + 1] = (data[i][0], data[i + 1][1]), (data[i + 1][0], data[i][1])
    leg = Leg()
    heard, _ = play(leg, data, 2000)
    # The first swap costs a correction of the delay, then there is room for all of them.
    np.testing.assert_array_equal(alaw(SPEECH)[60000:70000], aligned(heard, 60000, 10000))
    assert leg.statistics.late <= 1
    assert leg.statistics.lost == leg.statistics.duplicate == 0


def aligned(heard, at, n):
    """The piece of `heard` that belongs to SPEECH[at : at + n], wherever the delay put it."""
    reference = alaw(SPEECH)[at : at + n].astype(float)
    window = heard[at : at + n + 4000].astype(float)
    match = np.correlate(window, reference, "valid")
    return heard[at + int(match.argmax()) :][:n]


def test_duplicates_are_counted_and_unheard():
    leg = Leg()
    data = [pair for pair in on_time(packets(SPEECH)) for _ in range(2)]
    heard, _ = play(leg, data, 2000)
    np.testing.assert_array_equal(heard[DELAY:], alaw(SPEECH)[:-DELAY])
    assert leg.statistics.duplicate == 500
    assert leg.receive(data[0][1], 5000) == LATE  # too old to tell a duplicate, and harmless


def test_a_lost_packet_is_concealed_with_the_level_of_what_went_before():
    tone = (8000 * np.sin(2 * np.pi * 200 * np.arange(80000) / 8000)).astype(np.int16)
    leg = Leg()
    data = on_time(packets(tone))
    del data[100]
    heard, _ = play(leg, data, 2000)
    gap = heard[100 * PACKET + DELAY :][:PACKET].astype(float)
    assert np.sqrt((gap**2).mean()) > 0.8 * np.sqrt((tone[:8000].astype(float) ** 2).mean())
    assert np.corrcoef(gap, tone[100 * PACKET :][:PACKET])[0, 1] > 0.95
    assert np.abs(np.diff(heard.astype(int))).max() < 2500  # no click: a sine moves 1257 a sample
    assert leg.statistics.lost == 1
    assert leg.statistics.concealed == 4


def test_concealment_fades_to_silence_in_60_ms():
    leg = Leg()
    heard, _ = play(leg, on_time(packets(SPEECH[:8000])), 400)
    after = heard[8000 + DELAY :]
    assert after[:80].any()
    assert not after[480 + 40 :].any()


def test_five_percent_random_loss_leaves_the_rest_intact():
    rng = np.random.default_rng(5)
    data = [pair for pair in on_time(packets(SPEECH)) if rng.random() > 0.05]
    leg = Leg()
    heard, _ = play(leg, data, 2000)
    good = alaw(SPEECH)
    assert np.corrcoef(heard[DELAY:80000], good[: 80000 - DELAY])[0, 1] > 0.9
    assert leg.statistics.lost == pytest.approx(500 - len(data), abs=1)
    assert leg.statistics.late == 0


@pytest.mark.parametrize("jitter_ms", [30, 80, 150])
def test_the_delay_grows_with_the_jitter_and_then_nothing_is_lost(jitter_ms):
    rng = np.random.default_rng(jitter_ms)
    speech = voice(30)
    delays = rng.uniform(0, jitter_ms / 5, len(speech) // PACKET).astype(int)
    data = [(tick + d, p) for (tick, p), d in zip(on_time(packets(speech)), delays, strict=True)]
    leg = Leg()
    _, _ = play(leg, [pair for pair in data if pair[0] < 2000], 2000)
    late = leg.statistics.late
    play(leg, [(t - 2000, p) for t, p in data if t >= 2000], 4000, start=3000)
    assert late < 40
    assert leg.statistics.late - late < 10
    assert jitter_ms * 0.4 < leg.statistics.delay_ms <= 200


def test_the_delay_shrinks_again_when_the_jitter_is_over():
    speech = voice(30)
    delays = np.where(np.arange(1500) < 200, np.random.default_rng(3).integers(0, 16, 1500), 0)
    data = [(tick + d, p) for (tick, p), d in zip(on_time(packets(speech)), delays, strict=True)]
    leg = Leg()
    play(leg, data, 800)
    high = leg.statistics.delay_ms
    play(leg, [(t - 800, p) for t, p in data if t >= 800], 5200, start=1800)
    assert high > 45
    assert leg.statistics.delay_ms < 26
    assert leg.statistics.dropped > 0


@pytest.mark.parametrize("ppm", [-200, 200])
def test_clock_drift_is_followed_without_loss(ppm):
    speech = voice(60)
    # A drift of 200 ppm is one tick in 25 s: made quicker by a factor of ten.
    data = [(int(i * 4 * (1 + ppm * 10 / 1e6)), p) for i, p in enumerate(packets(speech))]
    leg = Leg()
    play(leg, data, data[-1][0])
    found = leg.statistics
    assert found.late <= 1
    assert found.lost == 0
    assert 5 < found.delay_ms < 45
    assert (found.added if ppm > 0 else found.dropped) >= 15


def test_adjustments_wait_for_quiet_and_make_no_click():
    n = 8000 * 20
    tone = (6000 * np.sin(2 * np.pi * 300 * np.arange(n) / 8000)).astype(np.int16)
    data = [(int(i * 4 * 0.998), p) for i, p in enumerate(packets(tone))]
    leg = Leg()
    heard, _ = play(leg, data, data[-1][0])
    assert leg.statistics.dropped > 3
    assert np.abs(np.diff(heard[400:].astype(int))).max() < 2 * 1420  # steepest step of the sine


def test_a_pause_without_packets_is_silence_and_speech_goes_on_after_it():
    data = packets(SPEECH)
    arrivals = [p for i, p in enumerate(on_time(data)) if not 100 <= i < 300]
    leg = Leg()
    heard, _ = play(leg, arrivals, 2000)
    assert not heard[110 * PACKET : 300 * PACKET].any()
    np.testing.assert_array_equal(
        heard[301 * PACKET + DELAY :], alaw(SPEECH)[301 * PACKET : -DELAY]
    )
    assert leg.statistics.restarts == 0


def test_a_time_stamp_that_stood_still_in_the_pause_begins_anew():
    first, second = packets(SPEECH[:16000]), packets(SPEECH[16000:32000], 100, 16000)
    arrivals = on_time(first) + [(tick + 1000, p) for tick, p in on_time(second)]
    heard, _ = play(Leg(), arrivals, 1500)
    start = 1000 * 40 + DELAY
    np.testing.assert_array_equal(heard[start + 40 :][:15000], alaw(SPEECH)[16040:31040])


@pytest.mark.parametrize("jump", [100_000, -100_000, 0x7FFFFFFF])
def test_a_time_stamp_that_jumps_restarts_the_stream(jump):
    first, second = packets(SPEECH[:16000]), packets(SPEECH[16000:48000], 100, 16000 + jump)
    arrivals = on_time(first) + [(tick + 400, p) for tick, p in on_time(second)]
    leg = Leg()
    heard, _ = play(leg, arrivals, 1200)
    assert leg.statistics.restarts == 1
    tail = heard[24000:44000].astype(float)
    good = alaw(SPEECH)[28000:32000].astype(float)
    match = np.correlate(tail, good, "valid")
    at = int(match.argmax())
    np.testing.assert_array_equal(tail[at : at + 4000], good)


def test_a_packet_after_its_play_time_is_late():
    leg = Leg()
    data = packets(SPEECH)
    play(leg, on_time(data[:10] + data[11:30]), 100)
    assert leg.receive(data[10], 1100) == LATE
    assert leg.statistics.late == 1


def test_a_burst_after_a_stall_never_delays_by_more_than_200_ms():
    data = on_time(packets(SPEECH))
    stalled = [(max(tick, 600) if 400 <= tick < 600 else tick, p) for tick, p in data]
    leg = Leg()
    play(leg, stalled, 700)
    assert leg.statistics.delay_ms <= 200


def test_statistics_follow_rfc_3550():
    leg = Leg()
    data = on_time(packets(SPEECH))
    rng = np.random.default_rng(1)
    play(leg, [(t + int(rng.integers(0, 3)), p) for t, p in data if p is not data[50][1]], 2000)
    found = leg.statistics
    assert found.received == 499
    assert found.lost == 1
    assert found.octets_received == 499 * PACKET
    assert 1 < found.jitter_ms < 8
    assert found.ssrc == 7


def test_an_old_packet_is_a_duplicate_only_when_it_came_before():
    leg = Leg()
    assert leg.receive(header(10, 1600) + bytes(160), 1) == OK
    assert leg.receive(header(10, 1600) + bytes(160), 1) == DUPLICATE
    assert leg.receive(header(9, 1440) + bytes(160), 1) == OK
    assert leg.statistics.lost == 0


@pytest.mark.timeout(60)  # twenty minutes are played
@pytest.mark.parametrize("ppm", [-100, 100])
def test_a_skew_of_100_ppm_is_followed_without_a_click(ppm):
    n = 8000 * 1200
    spoken = np.arange(n) // 4000 % 4 != 3  # half a second of every two is quiet
    tone = (6000 * np.sin(2 * np.pi * 300 * np.arange(n) / 8000) * spoken).astype(np.int16)
    data = [(int(i * 4 * (1 + ppm / 1e6)), p) for i, p in enumerate(packets(tone))]
    leg = Leg()
    heard, _ = play(leg, data, data[-1][0])
    found = leg.statistics
    assert found.late == found.lost == found.concealed == 0
    assert (found.added if ppm > 0 else found.dropped) >= 18  # of 24 ticks
    assert found.delay_ms < 30
    assert np.abs(np.diff(heard[400:].astype(int))).max() < 2 * 1420  # steepest step of the sine
