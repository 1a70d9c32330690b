"""The bill of materials of a root file system, CycloneDX JSON on stdout.

`sbom.py ROOT NPM_LOCK VERSION`: every Debian package, Python distribution and npm library in it
with version and licence, and the product itself.  The same root gives the same text.
"""

import json
import os
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from email.parser import HeaderParser
from importlib.metadata import Distribution, distributions
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

_LICENCE_FIELD = re.compile(r"^License: *(\S.*)$", re.MULTILINE)
_CLASSIFIER = "License :: OSI Approved :: "
_LONGEST_NAME = 80  # beyond it, a "licence field" is a text, not a name


def component(kind: str, name: str, version: str, licences: list[str]) -> Component:
    """A library of the root; `kind` is the package URL's type (deb, pypi, npm)."""
    vendor = "debian" if kind == "deb" else None
    url = PackageURL(type=kind, namespace=vendor, name=name, version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=str(url),
        purl=url,
        licenses=[DisjunctiveLicense(name=licence) for licence in licences],
    )


def debian_licences(copyright_file: Path) -> list[str]:
    """Short names in a machine-readable copyright file; none where it is plain prose."""
    if not copyright_file.is_file():
        return []
    text = copyright_file.read_text(encoding="utf-8", errors="replace")
    return sorted({name.strip() for name in _LICENCE_FIELD.findall(text)})


def debian_packages(root: Path) -> Iterator[Component]:
    """What dpkg says is installed."""
    status = (root / "var/lib/dpkg/status").read_text(encoding="utf-8")
    for stanza in status.strip().split("\n\n"):
        fields = HeaderParser().parsestr(stanza)
        if fields["Status"] == "install ok installed":
            name = fields["Package"]
            licences = debian_licences(root / "usr/share/doc" / name / "copyright")
            yield component("deb", name, fields["Version"], licences)


def python_licences(distribution: Distribution) -> list[str]:
    """The licence expression, else the old short field, else the classifiers."""
    metadata = distribution.metadata
    for field in ("License-Expression", "License"):
        value = metadata.get(field)
        if value and "\n" not in value and len(value) <= _LONGEST_NAME:
            return [value]
    classifiers = metadata.get_all("Classifier") or []
    return sorted(c.removeprefix(_CLASSIFIER) for c in classifiers if c.startswith(_CLASSIFIER))


def python_distributions(root: Path) -> Iterator[Component]:
    """What is installed in the product's environment, except the product."""
    folders = [str(path) for path in (root / "opt/callbox/lib").glob("python3*/site-packages")]
    for found in distributions(path=folders):
        if found.name != "callbox":
            yield component("pypi", found.name, found.version, python_licences(found))


def npm_libraries(lock: Path) -> Iterator[Component]:
    """What the pages use, from npm's lock file."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    for path, entry in packages.items():
        if path and not entry.get("dev"):
            name = path.rpartition("node_modules/")[2]
            yield component("npm", name, entry["version"], [entry["license"]])


def bill(root: Path, npm_lock: Path, version: str, made: datetime) -> str:
    """The whole document; `made` is the time it states."""
    parts = [*debian_packages(root), *python_distributions(root), *npm_libraries(npm_lock)]
    product = Component(name="callbox", version=version, type=ComponentType.FIRMWARE)
    product.licenses.add(DisjunctiveLicense(id="Apache-2.0"))
    product.bom_ref.value = f"callbox@{version}"
    names = " ".join(sorted(str(part.purl) for part in parts))
    bom = Bom(
        components=parts,
        metadata=BomMetaData(component=product, timestamp=made),
        serial_number=uuid5(NAMESPACE_URL, f"callbox {version} {made:%s} {names}"),
    )
    bom.register_dependency(product, parts)
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


if __name__ == "__main__":
    stamp = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    sys.stdout.write(bill(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], stamp))
