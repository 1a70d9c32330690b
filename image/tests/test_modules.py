import importlib.util
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
DEP = """\
kernel/fs/ext4/ext4.ko.xz: kernel/fs/jbd2/jbd2.ko.xz
kernel/fs/jbd2/jbd2.ko.xz:
kernel/crypto/crc32c_generic.ko.xz:
kernel/drivers/gpu/big.ko.xz:
kernel/drivers/usb/serial/ftdi_sio.ko.xz: kernel/drivers/usb/serial/usbserial.ko.xz
kernel/drivers/usb/serial/usbserial.ko.xz:
kernel/drivers/net/phy/a-phy.ko.xz:
"""


@pytest.fixture(scope="module")
def modules():
    spec = importlib.util.spec_from_file_location("image_modules", HERE / "modules.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def kernel(tmp_path):
    (tmp_path / "modules.dep").write_text(DEP)
    (tmp_path / "modules.softdep").write_text("# aliases\nsoftdep ext4 pre: crc32c-generic\n")
    (tmp_path / "modules.builtin").write_text("kernel/drivers/tty/serial/8250.ko\n")
    for line in DEP.splitlines():
        path = tmp_path / line.partition(":")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def left(kernel):
    return {path.name.partition(".")[0] for path in kernel.rglob("*.ko.xz")}


def test_what_a_module_needs_stays_with_it(modules, kernel):
    modules.trim(kernel, ["ext4", "ftdi-sio"])
    assert left(kernel) == {"ext4", "jbd2", "crc32c_generic", "ftdi_sio", "usbserial"}


def test_a_folder_stands_for_what_is_in_it(modules, kernel):
    modules.trim(kernel, ["drivers/net/phy/"])
    assert left(kernel) == {"a-phy"}
    assert not (kernel / "kernel/drivers/gpu").exists()


def test_a_name_the_kernel_does_not_have_is_an_error_and_removes_nothing(modules, kernel):
    with pytest.raises(ValueError, match="ext5, drivers/nothing/"):
        modules.trim(kernel, ["ext4", "ext5", "drivers/nothing/"])
    assert "big" in left(kernel)


def test_what_is_built_in_may_be_named(modules, kernel):
    modules.trim(kernel, ["8250", "ext4"])
    assert "ext4" in left(kernel)


def test_comments_are_no_modules(modules):
    assert modules.read_list("# storage\next4  # slots\n\n") == ["ext4"]
