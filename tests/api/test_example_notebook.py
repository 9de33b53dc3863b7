"""docs/example.ipynb runs from its first cell to its last and shows what is saved in it.

`python tests/api/test_example_notebook.py RELEASES` saves what it shows anew.
"""

import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

NOTEBOOK = Path(__file__).parents[2] / "docs/example.ipynb"


def executed(releases: Path, folder: Path) -> Any:
    """The notebook after its cells were run in a folder with the releases."""
    from nbclient import NotebookClient  # noqa: PLC0415 - the kernel's packages

    (folder / "releases").symlink_to(releases.resolve())
    os.environ["IPYTHONDIR"] = str(folder / "ipython")
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    client = NotebookClient(
        notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # when it was run
    return notebook


def shown(notebook: Any) -> list[tuple[str, str]]:
    """Kind and content of every output; of a picture only that there is one."""
    outputs = [one for cell in notebook.cells for one in cell.get("outputs", [])]
    return [
        (kind, "" if kind == "image/svg+xml" else RELEASE.sub("release", text))
        for output in outputs
        for kind, text in sorted(output.get("data", {}).items())
    ]


RELEASE = re.compile(r"\brelease [0-9a-f]{12}\b")  # its id follows every change of the program


@pytest.mark.integration
def test_the_notebook_shows_what_is_saved_in_it(default_releases: Path, tmp_path: Path) -> None:
    saved = shown(nbformat.read(NOTEBOOK, as_version=4))
    found = shown(executed(default_releases, tmp_path))
    kinds = {kind for kind, _ in found}
    assert kinds == {"text/plain", "text/html", "image/svg+xml"}
    assert found == saved


def main() -> None:
    """Save what the cells show."""
    with tempfile.TemporaryDirectory() as name:
        notebook = executed(Path(sys.argv[1]), Path(name))
    nbformat.write(notebook, NOTEBOOK)


if __name__ == "__main__":
    main()
