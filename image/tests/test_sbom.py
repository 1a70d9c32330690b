import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

HERE = Path(__file__).parents[1]
MADE = datetime(2026, 1, 2, tzinfo=UTC)
STATUS = """\
Package: tool
Status: install ok installed
Version: 1:2.0-1+b2

Package: removed
Status: deinstall ok config-files
Version: 9
"""
COPYRIGHT = "Files: *\nLicense: GPL-2+\n text\n\nFiles: a\nLicense: MIT\n\nLicense: GPL-2+\n"
NPM = {
    "packages": {
        "": {"name": "pages", "version": "0"},
        "node_modules/shown.js": {"version": "3.1.0", "license": "BSD-3-Clause"},
        "node_modules/tool.js": {"version": "1.0.0", "license": "MIT", "dev": True},
    }
}


@pytest.fixture(scope="module")
def sbom():
    spec = importlib.util.spec_from_file_location("image_sbom", HERE / "sbom.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.fixture
def root(tmp_path):
    write(tmp_path / "var/lib/dpkg/status", STATUS)
    write(tmp_path / "usr/share/doc/tool/copyright", COPYRIGHT)
    packages = tmp_path / "opt/callbox/lib/python3.13/site-packages"
    for name, field in (("callbox", "License: Ours"), ("lib", "License-Expression: BSD-3-Clause")):
        text = f"Metadata-Version: 2.4\nName: {name}\nVersion: 4.5\n{field}\n"
        write(packages / f"{name}-4.5.dist-info/METADATA", text)
    write(tmp_path / "lock.json", json.dumps(NPM))
    return tmp_path


def bill(sbom, root):
    return sbom.bill(root, root / "lock.json", "1.2.3", MADE)


def test_everything_installed_is_named_with_version_and_licence(sbom, root):
    listed = {
        (part["purl"], *(entry["license"]["name"] for entry in part.get("licenses", ())))
        for part in json.loads(bill(sbom, root))["components"]
    }
    assert listed == {
        ("pkg:deb/debian/tool@1:2.0-1%2Bb2", "GPL-2+", "MIT"),
        ("pkg:pypi/lib@4.5", "BSD-3-Clause"),
        ("pkg:npm/shown.js@3.1.0", "BSD-3-Clause"),
    }


def test_the_product_itself_is_what_the_bill_is_of(sbom, root):
    product = json.loads(bill(sbom, root))["metadata"]["component"]
    assert (product["name"], product["version"]) == ("callbox", "1.2.3")


def test_the_same_root_gives_the_same_text(sbom, root):
    assert bill(sbom, root) == bill(sbom, root)


def test_a_licence_that_is_a_whole_text_is_not_taken_for_a_name(sbom, root):
    path = root / "opt/callbox/lib/python3.13/site-packages/lib-4.5.dist-info/METADATA"
    path.write_text(
        "Metadata-Version: 2.1\nName: lib\nVersion: 4.5\nLicense: " + "words " * 40 + "\n"
        "Classifier: License :: OSI Approved :: MIT License\n"
    )
    parts = {part["name"]: part for part in json.loads(bill(sbom, root))["components"]}
    assert [entry["license"]["name"] for entry in parts["lib"]["licenses"]] == ["MIT License"]
