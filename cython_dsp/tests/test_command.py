"""`python -m cython_dsp` as its users see it: arguments, lines, files, exit status."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cython_dsp import dtmf, fax, g711, reference_tones, sound, wav
from cython_dsp.command.program import main
from cython_dsp.progress import zones
from cython_dsp.resample import resample
from cython_dsp.tests.riff import chunk, form, pcm, riff

ROOT = Path(__file__).parents[2]
DIGITS = dtmf.tones("0123456789*#ABCD", 60, 60)
BUSY = reference_tones.tone([((450,), 350), ((), 350)], -10, 8000 * 4)


def wav_of(*channels, rate=8000):
    data = pcm(np.stack(channels, axis=1))
    return riff(form(1, len(channels), rate), chunk(b"data", data))


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Make a file in the present folder, and return its name."""
    monkeypatch.chdir(tmp_path)

    def make(name, data):
        Path(name).write_bytes(data)
        return name

    return make


@pytest.fixture
def run(capsys):
    """Status, standard output and standard error of the command."""

    def command(*arguments):
        status = main(arguments)
        return status, *capsys.readouterr()

    return command


@pytest.fixture
def refusal(capsys):
    """What wrong usage is told."""

    def command(*arguments):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        said = capsys.readouterr()
        assert said.out == ""
        return said.err

    return command


def shell(*arguments, data=b"", **options):
    command = [sys.executable, "-m", "cython_dsp", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        command, input=data, capture_output=True, check=False, env=environment, **options
    )


def as_raw(law):
    return g711.alaw_encode(pcm(DIGITS)) if law == "alaw" else g711.ulaw_encode(pcm(DIGITS))


def here():
    return sorted(path.name for path in Path().iterdir())


@pytest.mark.timeout(30)  # starts three processes
def test_the_process_says_the_same_by_its_output_and_status(tmp_path):
    odd = os.fsencode(tmp_path) + b"/\xff.alaw"
    Path(os.fsdecode(odd)).write_bytes(as_raw("alaw"))
    done = shell("dtmf", odd, "missing")
    assert (done.returncode, done.stdout) == (1, odd + b"\t0123456789*#ABCD\n")
    assert done.stderr == b"missing: No such file or directory.\n"
    recoded = shell("g711", "--to", "wav", "-", data=as_raw("alaw"))
    assert (recoded.returncode, recoded.stderr) == (0, b"")
    assert recoded.stdout == wav.header(1, DIGITS.size, 8000) + g711.alaw_decode(as_raw("alaw"))
    wrong = shell("sing")
    assert (wrong.returncode, wrong.stdout) == (2, b"")


@pytest.mark.timeout(30)  # starts a process
def test_a_full_disk_behind_standard_output_is_told_in_words(tmp_path):
    (tmp_path / "a.alaw").write_bytes(as_raw("alaw"))
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "cython_dsp", "dtmf", tmp_path / "a.alaw"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False, cwd=ROOT)
    assert (done.returncode, done.stderr) == (1, b"standard output: No space left on device.\n")


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (as_raw("alaw"), ()),
        (as_raw("ulaw"), ("--law", "ulaw")),
        (pcm(DIGITS), ("--law", "pcm")),
        (pcm(resample(DIGITS.astype(float), 8000, 16000)), ("--law", "pcm", "--rate", "16000")),
        (wav_of(DIGITS), ()),
        (wav_of(resample(DIGITS.astype(float), 8000, 44100), rate=44100), ("--law", "ulaw")),
        (riff(form(7, bits=8), chunk(b"data", as_raw("ulaw"))), ()),
    ],
)
def test_digits_are_heard_in_every_law_and_rate(file, run, data, options):
    name = file("call", data)
    assert run("dtmf", name, *options) == (0, "call\t0123456789*#ABCD\n", "")


def test_each_channel_of_a_stereo_file_has_a_line(file, run):
    half = np.where(np.arange(DIGITS.size) < DIGITS.size // 2, DIGITS, 0)
    names = [file("2.wav", wav_of(DIGITS, half)), file("silent.alaw", b"\xd5" * 81)]
    expected = "2.wav:1\t0123456789*#ABCD\n2.wav:2\t01234567\nsilent.alaw\t\n"
    assert run("dtmf", *names) == (0, expected, "")


def test_digits_longer_than_a_block_apart_have_their_times(file, run):
    pause = np.zeros(8000 * 61 + 7, np.int16)
    name = file("long.wav", wav_of(np.concatenate([dtmf.tones("1"), pause, dtmf.tones("2")])))
    _, out, _ = run("dtmf", "--json", name)
    starts = [digit["start"] for digit in json.loads(out)[0]["digits"]]
    assert starts == pytest.approx([0, 61.2], abs=0.005)


def test_digits_as_json_have_times_levels_and_twist(file, run):
    name = file(
        "call.wav", wav_of(np.zeros(4000), np.concatenate([BUSY[:2400] * 0, DIGITS[:1600]]))
    )
    status, out, _ = run("dtmf", "--json", name)
    silent, dialled = json.loads(out)
    assert (status, silent) == (0, {"file": name, "channel": 1, "digits": []})
    assert (dialled["file"], dialled["channel"]) == (name, 2)
    digit = dialled["digits"][0]
    assert digit["digit"] == "0"
    assert (digit["start"], digit["certain"]) == pytest.approx((0.3, 0.335), abs=0.006)
    assert (digit["low"], digit["high"], digit["twist"]) == pytest.approx((-9, -7, 2), abs=0.5)


def test_tones_are_told_with_the_time_when_they_were_certain(file, run):
    name = file("line.wav", wav_of(np.concatenate([np.zeros(4000), BUSY])))
    status, out, _ = run("tones", name)
    line_name, _, tones = out.rstrip("\n").partition("\t")
    assert (status, line_name) == (0, name)
    word, seconds = tones.split()
    assert word == "busy"
    assert float(seconds) == pytest.approx(0.5 + 4 * 0.7, abs=0.15)


def test_tones_as_json_have_what_was_measured(file, run):
    name = file("line.wav", wav_of(np.concatenate([np.zeros(4000), BUSY])))
    _, out, _ = run("tones", "--json", "--country", "cn", name)
    ((busy,),) = [channel["tones"] for channel in json.loads(out)]
    assert (busy["name"], busy["cadence"]) == ("busy", [0.35, 0.35])
    assert busy["frequencies"] == pytest.approx([450], abs=2)
    assert busy["level"] == pytest.approx(-10, abs=0.5)
    assert busy["start"] == pytest.approx(0.5, abs=0.03)


def test_fax_tones_are_told_beside_those_of_a_country(file, run):
    call = np.concatenate(
        [fax.generate("CNG", 3.5), fax.generate("CED", 2), fax.generate("V.21", 1)]
    )
    _, out, _ = run("tones", "--json", file("fax.wav", wav_of(call)))
    ((cng, ced, preamble),) = [channel["tones"] for channel in json.loads(out)]
    assert (cng["name"], cng["frequencies"], cng["cadence"]) == ("CNG", [1100], [0.5, 3])
    assert (ced["name"], ced["time"], ced["cadence"]) == ("CED", pytest.approx(4.5, abs=0.02), [])
    assert (preamble["name"], preamble["frequencies"]) == ("V.21", [1650, 1850])


def test_each_country_has_its_own_tones(file, run):
    name = file("us.wav", wav_of(reference_tones.tone([((480, 620), 500), ((), 500)], -13, 40000)))
    assert "busy" in run("tones", "--country", "US", name)[1]
    assert "busy" not in run("tones", "--country", "GB", name)[1]


def test_an_unknown_country_is_told_those_that_are_known(refusal):
    said = refusal("tones", "--country", "ZZ", "x")
    assert "'ZZ'" in said
    assert ", ".join(zones()) in said


def test_info_says_what_a_file_is_and_how_loud(file, run):
    tone = reference_tones.tone([((1000,), 0)], -10, 8000)
    names = [file("a.wav", wav_of(tone, tone * 0)), file("b.ulaw", g711.ulaw_encode(pcm(tone)))]
    status, out, _ = run("info", "--law", "ulaw", *names)
    assert (status, out.splitlines()) == (
        0,
        [
            "a.wav:1\twav pcm stereo, 8000 Hz, 1.000 s, peak -10.0 dBm0, RMS -10.0 dBm0",
            "a.wav:2\twav pcm stereo, 8000 Hz, 1.000 s, peak -90.0 dBm0, RMS -90.0 dBm0",
            "b.ulaw\traw ulaw mono, 8000 Hz, 1.000 s, peak -10.1 dBm0, RMS -10.0 dBm0",
        ],
    )


def test_info_as_json_has_the_rate_of_the_file(file, run):
    name = file("full", np.full(22050, -32768, "<i2").tobytes())
    _, out, _ = run("info", "--json", "--law", "pcm", "--rate", "22050", name)
    (facts,) = json.loads(out)
    assert facts == {
        **{"file": "full", "channel": 1, "kind": "raw", "law": "pcm", "channels": 1},
        **{"rate": 22050, "seconds": 1.0, "peak": 3.1, "rms": pytest.approx(6.1, abs=0.1)},
    }


def test_recoding_there_and_back_is_the_same_file(file, run):
    name = file("call.alaw", as_raw("alaw"))
    assert run("g711", "--to", "wav", name) == (0, "", "")
    Path("out").mkdir()
    assert run("g711", "--to", "alaw", "--out", "out", "call.wav") == (0, "", "")
    assert Path("out/call.alaw").read_bytes() == as_raw("alaw")
    assert here() == ["call.alaw", "call.wav", "out"]


def test_stereo_stays_stereo_in_a_wav_file_and_is_resampled(file, run):
    right = np.zeros(DIGITS.size * 2)
    name = file("2.wav", wav_of(resample(DIGITS.astype(float), 8000, 16000), right, rate=16000))
    Path("out").mkdir()
    assert run("g711", "--to", "wav", "--out", "out", name) == (0, "", "")
    wave = wav.read(Path("out/2.wav").read_bytes())
    assert (wave.coding, wave.rate, wave.samples().shape) == ("pcm", 8000, (DIGITS.size, 2))
    assert not wave.samples()[:, 1].any()


def test_stereo_is_not_written_without_a_header(file, run):
    names = [file("2.wav", wav_of(DIGITS, DIGITS)), file("1.wav", wav_of(DIGITS))]
    assert run("g711", "--to", "ulaw", *names) == (
        1,
        "",
        "2.wav: It is stereo, which needs --to wav.\n",
    )
    assert Path("1.ulaw").read_bytes() == as_raw("ulaw")
    assert not Path("2.ulaw").exists()


def test_nothing_is_overwritten_and_nothing_begun(file, refusal):
    for name in ("a.wav", "b.wav"):
        file(name, wav_of(DIGITS))
    file("b.alaw", b"mine")
    assert "b.alaw is there already" in refusal("g711", "--to", "alaw", "a.wav", "b.wav")
    assert "a.wav is there already" in refusal("g711", "--to", "wav", "a.wav")
    assert "two files would become c.alaw" in refusal("g711", "--to", "alaw", "c.x", "c.y")
    assert "nowhere is no folder" in refusal("g711", "--to", "alaw", "--out", "nowhere", "a.wav")
    assert Path("b.alaw").read_bytes() == b"mine"
    assert here() == ["a.wav", "b.alaw", "b.wav"]


def test_a_file_that_appears_meanwhile_is_kept(file, run, monkeypatch):
    file("a.wav", wav_of(DIGITS))
    monkeypatch.setattr(os, "fsync", lambda _: Path("a.alaw").write_bytes(b"mine"))
    status, _, said = run("g711", "--to", "alaw", "a.wav")
    assert (status, said) == (1, "a.wav: a.alaw cannot be written: File exists.\n")
    assert Path("a.alaw").read_bytes() == b"mine"
    assert here() == ["a.alaw", "a.wav"]


def test_nothing_is_left_behind_where_the_disk_is_full(file, run, monkeypatch):
    def full(descriptor):
        raise OSError(28, "No space left on device")

    file("a.wav", wav_of(DIGITS))
    monkeypatch.setattr(os, "fsync", full)
    status, _, said = run("g711", "--to", "alaw", "a.wav")
    assert (status, said) == (1, "a.wav: a.alaw cannot be written: No space left on device.\n")
    assert here() == ["a.wav"]


def test_what_cannot_be_read_is_told_and_the_others_are_done(file, run):
    os.truncate(file("huge", b""), sound.MAX_BYTES + 1)
    names = ["missing", ".", "huge", file("empty", b""), file("odd", b"123")]
    names += [
        file("cut.wav", wav_of(DIGITS)[:-1]),
        file("avi", b"RIFF1234AVI "),
        file("good", b"12"),
    ]
    status, out, said = run("info", "--law", "pcm", *names)
    assert status == 1
    assert out.startswith("good\traw pcm")
    assert said.splitlines() == [
        "missing: No such file or directory.",
        ".: Is a directory.",
        "huge: It is larger than 1 GiB.",
        "empty: It is empty.",
        "odd: It ends in half a sample of 16-bit PCM.",
        "cut.wav: The WAV file is incomplete.",
        "avi: This is not a WAV file.",
    ]


def test_standard_input_that_never_ends_is_refused(run, monkeypatch):
    monkeypatch.setattr(sound, "MAX_BYTES", 1 << 22)
    with Path("/dev/zero").open() as endless:
        monkeypatch.setattr("sys.stdin", endless)
        assert run("dtmf", "-") == (1, "", "-: It is larger than 1 GiB.\n")


def test_too_little_memory_is_told_in_words(run, monkeypatch):
    def starved(*_):
        raise MemoryError

    monkeypatch.setattr(sound, "read", starved)
    assert run("dtmf", "x") == (1, "", "x: There is not enough memory for it.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("dtmf",),
        ("sing", "x"),
        ("g711", "x"),
        ("g711", "--to", "mp3", "x"),
        ("dtmf", "--law", "gsm", "x"),
        ("dtmf", "--rate", "7999", "x"),
        ("dtmf", "--rate", "fast", "x"),
        ("info", "--country", "CN", "x"),
    ],
)
def test_wrong_usage_is_refused_with_the_right_one(refusal, arguments):
    assert "usage: python -m cython_dsp" in refusal(*arguments)


def piped(arguments, data):
    """The command with these bytes on its standard input."""
    out, err = (io.TextIOWrapper(io.BytesIO()) for _ in range(2))
    with (
        patch("sys.stdin", io.TextIOWrapper(io.BytesIO(data))),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        status = main([*arguments, "-"])
    out.flush()
    err.seek(0)
    return status, out.buffer.getvalue(), err.read()


@settings(max_examples=60)
@given(
    st.sampled_from([["dtmf"], ["tones"], ["info", "--json"], ["g711", "--to", "ulaw"]]),
    st.sampled_from(["alaw", "ulaw", "pcm"]),
    st.sampled_from([8000, 8001, 44100]),
    st.sampled_from([b"", b"RIFF\0\0\0\0WAVE", riff(form(6, 2, 11025, 8)), wav_of(BUSY)[:60]]),
    st.binary(max_size=400),
)
def test_no_bytes_lead_to_anything_but_an_answer_or_a_reason(verb, law, rate, start, data):
    status, out, err = piped([*verb, "--law", law, "--rate", str(rate)], start + data)
    if status == 0:
        assert out
        assert err == ""
    else:
        assert status == 1
        assert err.startswith("-: ")
        assert err.endswith(".\n")
