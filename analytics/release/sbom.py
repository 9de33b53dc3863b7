"""The software bill of materials: the packages that Plateau runs with, as CycloneDX 1.6 in JSON.

It holds no time and no serial number: the same packages give the same bytes.
"""

import json
import platform
from collections.abc import Mapping
from typing import Any, Final

from analytics.release.packages import PROJECT, Package, installed_packages

SBOM: Final = "sbom.cdx.json"
_SCHEMA: Final = "http://cyclonedx.org/schema/bom-1.6.schema.json"
_PYTHON: Final = "python"


def sbom_text(extra: str = "") -> str:
    """The bill of materials of this installation, a JSON text; with that of an optional part."""
    return (
        json.dumps(
            _bill(_installed(extra), platform.python_version()), indent=1, ensure_ascii=False
        )
        + "\n"
    )


def _installed(extra: str) -> dict[str, Package]:
    found = installed_packages(extra)
    return {name: package for name, package in found.items() if package is not None}


def _bill(packages: Mapping[str, Package], python: str) -> dict[str, Any]:
    project = packages.get(PROJECT, Package(PROJECT, "unknown", None, ()))
    others = [package for name, package in packages.items() if name != PROJECT]
    return {
        "$schema": _SCHEMA,
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": PROJECT,
                "name": project.name,
                "version": project.version,
                **_licences(project),
            }
        },
        "components": [
            *(_component(package) for package in others),
            {
                "type": "platform",
                "bom-ref": _PYTHON,
                "name": platform.python_implementation(),
                "version": python,
            },
        ],
        "dependencies": [
            {
                "ref": PROJECT,
                "dependsOn": [_PYTHON, *_references(project.needs, packages)],
            },
            *(
                {"ref": _purl(package), "dependsOn": _references(package.needs, packages)}
                for package in others
            ),
        ],
    }


def _component(package: Package) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": _purl(package),
        "name": package.name,
        "version": package.version,
        **_licences(package),
        "purl": _purl(package),
    }


def _licences(package: Package) -> dict[str, Any]:
    if package.licence is None:
        return {}
    return {"licenses": [{"license": {"name": package.licence}}]}


def _references(names: tuple[str, ...], packages: Mapping[str, Package]) -> list[str]:
    return sorted(_purl(packages[name]) for name in names if name in packages and name != PROJECT)


def _purl(package: Package) -> str:
    return f"pkg:pypi/{package.name}@{package.version.replace('+', '%2B')}"
