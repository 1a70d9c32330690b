# A board's firmware written over the link, tried, kept or given up.  Runs on both Pythons.
import os
import sys

sys.path.insert(0, __file__.rsplit("/", 1)[0])
from update_rig import NEW, OLD, Bench, CutFiles, PowerCut, digest_of, erase, folder, lay_out, make

from board import wire_update as wu
from board.mcu.link import counters
from board.mcu.update.slots import Files, Slots

OLD_SET, NEW_SET = make(OLD, "0.1+0000000a"), make(NEW, "0.2+0000000b")
OLDEST = make(OLD, "0.0+0000000c")[0]


class Flash:
    # `with Flash() as root`: the old set in the first place, an older one in the second.
    def __enter__(self):
        self.root = folder()
        fill(Files(self.root))
        return self.root

    def __exit__(self, *what):
        erase(Files(self.root), ".")
        os.rmdir(self.root)  # noqa: PTH106  MicroPython has no pathlib


def fill(files):
    lay_out(files, "a", OLD_SET[0], OLD)
    lay_out(files, "b", OLDEST, OLD)


def whole_update(files, commit=True):
    # All of it, as a host does it; the bench of the last start.
    bench = Bench(files)
    assert bench.write(*NEW_SET)[0] == wu.STATE_READY
    bench.named(wu.UPDATE_ACTIVATE, NEW_SET[0])
    bench.blocks(5)
    assert bench.hal.restarts == 1
    bench = Bench(files)
    assert (bench.place, bench.trial, bench.version) == ("b", True, "0.2+0000000b")
    if commit:
        assert bench.named(wu.UPDATE_COMMIT, NEW_SET[0])[1] == wu.ERROR_NONE
    return bench


def test_a_set_is_written_tried_and_kept():
    with Flash() as root:
        bench = whole_update(Files(root))
        assert not bench.status()[2] & wu.FLAG_TRIAL
        for _ in range(5):
            again = Bench(Files(root))
            assert (again.place, again.trial, again.version) == ("b", False, "0.2+0000000b")
        for name, data in NEW:
            with Files(root).open("b/" + name) as file:
                assert file.read() == data
        assert not Slots(Files(root)).whole("c")


def test_the_next_update_goes_to_the_other_place_again():
    with Flash() as root:
        bench = whole_update(Files(root))
        assert bench.write(*make(OLD, "0.3+0000000d"))[0] == wu.STATE_READY
        assert Slots(Files(root)).whole("a")
        bench.named(wu.UPDATE_ACTIVATE, make(OLD, "0.3+0000000d")[0])
        assert Bench(Files(root)).version == "0.3+0000000d"


def test_power_cut_at_every_operation_leaves_the_old_or_the_new_set():
    with Flash() as root:
        files = CutFiles(root)
        whole_update(files)
        operations = files.done
    assert operations > 25
    ended = {}
    for cut in range(operations):
        with Flash() as root:
            try:
                whole_update(CutFiles(root, cut))
                raise AssertionError("no cut")
            except PowerCut:
                pass
            slots = Slots(Files(root))
            seen = []
            for _ in range(5):
                place, trial = slots.choose()
                assert slots.whole(place), cut
                seen.append((slots.head(place)[2], trial))
            assert seen[-1] == seen[-2]  # a trial that nobody confirms has ended
            assert not seen[-1][1]
            assert seen[0][0] in ("0.1+0000000a", "0.2+0000000b")
            assert seen[-1][0] in ("0.1+0000000a", "0.2+0000000b")
            ended[seen[-1][0]] = ended.get(seen[-1][0], 0) + 1
            # Whatever is left lying about, the next update works.
            assert Bench(Files(root)).write(*NEW_SET)[0] == wu.STATE_READY
    assert ended.get("0.1+0000000a", 0) > 20


def test_trial_that_is_not_confirmed_ends_after_three_starts():
    with Flash() as root:
        bench = whole_update(Files(root), commit=False)
        for left in (2, 1, 0):
            assert bench.status()[3] == left
            bench.blocks(5990)
            assert bench.hal.restarts == 0
            bench.blocks(20)
            assert bench.hal.restarts == 1  # 30 s without a word: it restarts by itself
            bench = Bench(Files(root))
        assert (bench.version, bench.trial) == ("0.1+0000000a", False)


def test_roll_back_brings_the_old_set_at_once():
    with Flash() as root:
        bench = whole_update(Files(root), commit=False)
        assert bench.named(wu.UPDATE_ROLL_BACK, NEW_SET[0])[0] == wu.STATE_RESTARTING
        bench.blocks(5)
        assert bench.hal.restarts == 1
        assert Bench(Files(root)).version == "0.1+0000000a"


def test_while_a_set_is_on_trial_the_good_one_is_not_overwritten():
    with Flash() as root:
        bench = whole_update(Files(root), commit=False)
        assert bench.begin(*OLD_SET)[1] == wu.ERROR_TRIAL
        assert Slots(Files(root)).whole("a")


def test_a_set_that_is_damaged_on_flash_is_not_started():
    with Flash() as root:
        whole_update(Files(root))
        with Files(root).open("b/board/mcu/main.py", "wb") as file:
            file.write(b"new = 2\n")
        assert Bench(Files(root)).version == "0.1+0000000a"
        for content in (b"", b"a b 3 00000000\n", b"\xff\xfe", b"b - x 1\n", b"a"):
            with Files(root).open("BOOT", "wb") as file:
                file.write(content)
            assert Bench(Files(root)).version == "0.1+0000000a"


def test_what_the_host_must_not_ask_changes_nothing():
    with Flash() as root:
        bench = Bench(Files(root))
        for kind in (wu.UPDATE_VERIFY, wu.UPDATE_ACTIVATE, wu.UPDATE_COMMIT):
            assert bench.named(kind, NEW_SET[0])[:2] == (wu.STATE_IDLE, wu.ERROR_STATE)
        assert bench.data(*NEW_SET, offset=0)[1] == wu.ERROR_STATE
        bench.begin(*NEW_SET)
        assert bench.named(wu.UPDATE_VERIFY, NEW_SET[0])[1] == wu.ERROR_STATE
        assert bench.named(wu.UPDATE_ACTIVATE, NEW_SET[0])[1] == wu.ERROR_STATE
        assert bench.data(*NEW_SET, offset=300)[5] == 0  # not in order
        other = bench.ask(wu.UPDATE_DATA, wu.pack_data(9, b"\x07" * 32, 0, NEW_SET[1][:300]))
        assert other[5] == 0  # of another set
        assert bench.data(*NEW_SET, offset=0)[5] == 300
        assert bench.data(*NEW_SET, offset=0)[5] == 300  # twice
        assert bench.begin(*NEW_SET)[5] == 300  # a host that starts anew goes on
        assert bench.named(wu.UPDATE_ROLL_BACK, NEW_SET[0])[0] == wu.STATE_IDLE  # given up
        assert Bench(Files(root)).version == "0.1+0000000a"


def test_frames_of_a_wrong_form_are_counted_and_not_answered():
    with Flash() as root:
        bench = Bench(Files(root))
        wrong = (
            (wu.UPDATE_BEGIN, b""),
            (wu.UPDATE_BEGIN, wu.pack_begin(1, 0, 10, b"\x01" * 32)),
            (wu.UPDATE_BEGIN, wu.pack_begin(1, 20, 10, b"\x01" * 32)),
            (wu.UPDATE_BEGIN, wu.pack_begin(1, 20, wu.SET_MAX + 1, b"\x01" * 32)),
            (wu.UPDATE_BEGIN, wu.pack_begin(1, 20, 100, wu.NO_HASH)),
            (wu.UPDATE_DATA, b"\x01" * wu.DATA_SIZE),
            (wu.UPDATE_DATA, wu.pack_data(1, b"\x01" * 32, wu.SET_MAX, b"x")),
            (wu.UPDATE_COMMIT, b"\x01"),
            (wu.UPDATE_ASK, b"\x01\x02\x03"),
        )
        for kind, payload in wrong:
            assert bench.ask(kind, payload) is None, payload
        assert bench.counts[counters.UNKNOWN] == len(wrong)
        assert not bench.update.take(wu.UPDATE_DATA, bytearray(2000), wu.REQUEST_MAX + 1)
        assert not bench.update.take(wu.UPDATE_STATUS, bytearray(20), 2)


def refused(manifest, stream=None):
    with Flash() as root:
        bench = Bench(Files(root))
        bench.begin(manifest, stream or manifest + b"x" * 100)
        for offset in range(0, len(manifest) + 100, 300):
            answer = bench.data(manifest, stream or manifest + b"x" * 100, offset)
            if answer[1]:
                break
        assert Slots(Files(root)).choose() == ("a", False)
        assert not Slots(Files(root)).whole("b")
        return answer[:2]


def test_a_manifest_that_is_not_for_this_board_is_refused():
    failed = (wu.STATE_FAILED, wu.ERROR_MANIFEST)
    assert refused(*make(NEW, "0.2+0000000b", kind="fxo")) == failed
    assert refused(*make(NEW, "0.2+0000000b", target="rp2350")) == failed
    assert refused(b"no manifest at all\n") == failed
    for name in ("../BOOT", "/a/x.py", "a//b.py", "BOOT", "x.sh", "a/../x.py", "A.py", "x" * 70):
        assert refused(*make([(name, b"1")], "0.2+0000000b")) == failed, name
    assert refused(*make([("x.py", b"1"), ("x.py", b"2")], "0.2+0000000b")) == failed
    manifest, stream = make(NEW, "0.2+0000000b")
    assert refused(manifest, stream + b"more") == failed


def test_a_file_that_is_not_what_the_manifest_says_fails_the_check():
    manifest, stream = NEW_SET
    wrong = stream[:-3] + b"XXX"
    with Flash() as root:
        bench = Bench(Files(root))
        assert bench.write(manifest, wrong)[:2] == (wu.STATE_FAILED, wu.ERROR_HASH)
        answer = bench.named(wu.UPDATE_ACTIVATE, manifest)[:2]
        assert answer == (wu.STATE_FAILED, wu.ERROR_HASH)
        assert not Slots(Files(root)).whole("b")
        assert bench.write(manifest, stream)[0] == wu.STATE_READY  # begun anew


def test_a_flash_that_refuses_is_told():
    class Full(Files):
        def open(self, name, mode="rb"):
            if name.endswith("e1/board.py") and mode == "wb":
                raise OSError(28)
            return super().open(name, mode)

    with Flash() as root:
        assert Bench(Full(root)).write(*NEW_SET)[:2] == (wu.STATE_FAILED, wu.ERROR_FLASH)
        assert Bench(Files(root)).version == "0.1+0000000a"


def test_the_digest_on_the_wire_is_that_of_the_manifest():
    with Flash() as root:
        assert Bench(Files(root)).write(*NEW_SET)[4] == digest_of(NEW_SET[0])
