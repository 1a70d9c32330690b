"""What the wheel will hold, from setuptools' own lists, without building anything."""

import re
import subprocess
import tomllib
import warnings
from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parents[2]
FOLDERS = ("firmware", "cython_dsp", "board", "webui")
# Tracked, but of no use on the box: each kind has its reason.
LEFT_OUT = [
    r"(^|/)tests/",
    r"\.(pyx|pxd|c|h)$",  # compiled into the extensions
    r"^board/isdn/",  # a program of its own, under another licence
    r"/\.gitignore$",
    r"^webui/(package(-lock)?\.json|vendor\.sh|babel\.cfg)$",  # how its static files are made
    r"\.po$",  # compiled into .mo
    r"^firmware/prompts/voices/package(-lock)?\.json$",  # prompts are made elsewhere
]


@pytest.fixture(scope="module")
def packaged():
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # ext-modules in pyproject.toml: "experimental"
        patch.chdir(ROOT)
        distribution = Distribution({"script_name": "setup.py"})
        distribution.parse_config_files(["pyproject.toml"])
        command = build_py(distribution)
        command.finalize_options()
        found = {module[2] for module in command.find_all_modules()}
        for _package, source, _target, names in command.data_files:
            found.update(f"{source}/{name}" for name in names)
    return {str(Path(path)) for path in found}


def tracked():
    listing = subprocess.run(
        ["git", "ls-files", *FOLDERS], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return {path for path in listing.stdout.splitlines() if (ROOT / path).exists()}


def test_every_file_of_the_packages_is_in_the_wheel(packaged):
    rule = re.compile("|".join(LEFT_OUT))
    assert {path for path in tracked() if not rule.search(path)} - packaged == set()


def test_no_test_and_no_source_of_an_extension_is_in_it(packaged):
    assert [path for path in packaged if re.search(r"/tests/|\.(pyx|c|po)$", path)] == []


def test_what_make_build_adds_is_in_it(packaged):
    made = [*ROOT.glob("webui/static/vendor/*"), *ROOT.glob("webui/translations/**/*.mo")]
    assert len(made) >= 5
    assert {str(path.relative_to(ROOT)) for path in made} <= packaged


def pins(lock):
    text = (ROOT / lock).read_text()
    return dict(re.findall(r"^([a-z0-9._-]+)==(\S+) \\$", text, re.MULTILINE))


@pytest.mark.parametrize("lock", ["image/requirements.lock", "image/requirements-dev.lock"])
def test_the_box_has_the_versions_the_tree_is_tested_with(lock):
    tree, box = pins("requirements.lock"), pins(lock)
    assert {name: version for name, version in box.items() if tree.get(name) != version} == {}


def test_every_requirement_is_locked_for_the_box():
    wanted = {
        re.split(r"[ =#]", line)[0]
        for line in (ROOT / "requirements.in").read_text().splitlines()
        if line and not line.startswith("#")
    }
    assert wanted - pins("image/requirements.lock").keys() == set()


def test_the_build_tools_are_in_the_locked_environment():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    needed = {re.split("[>=]", name)[0] for name in project["build-system"]["requires"]}
    assert needed <= pins("image/requirements-dev.lock").keys()
