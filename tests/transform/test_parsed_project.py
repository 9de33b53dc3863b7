"""The dbt project as last read: found again when nothing changed, read anew when anything did."""

import pickle
from collections.abc import Mapping
from pathlib import Path

import pytest
from dbt.contracts.graph.manifest import Manifest

from analytics.transform.parsed_project import keep_manifest, kept_manifest, project_digest

pytestmark = pytest.mark.integration  # imports dbt, which takes seconds

PARAMETERS = {"ties": "efron", "months": 36}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "models").mkdir()
    (tmp_path / "models/a.sql").write_text("select 1")
    manifest = Manifest(env_vars={"told": "by the one who read it"})
    keep_manifest(tmp_path / "cache", tmp_path / "models", PARAMETERS, manifest)
    return tmp_path


def kept_file(project: Path) -> Path:
    (path,) = (project / "cache").iterdir()
    return path


def found(project: Path, parameters: Mapping[str, object] = PARAMETERS) -> Manifest | None:
    manifest: Manifest | None = kept_manifest(project / "cache", project / "models", parameters)
    return manifest


def test_unchanged_project_is_found_again(project: Path) -> None:
    manifest = found(project, dict(reversed(PARAMETERS.items())))
    assert manifest is not None
    assert manifest.env_vars == {"told": "by the one who read it"}


@pytest.mark.parametrize("change", ["content", "new file", "name"])
def test_changed_project_is_not(project: Path, change: str) -> None:
    model = project / "models/a.sql"
    if change == "content":
        model.write_text("select 2")
    elif change == "new file":
        (project / "models/b.sql").touch()
    else:
        model.rename(project / "models/c.sql")
    assert found(project) is None


def test_other_parameters_are_another_reading(project: Path) -> None:
    assert found(project, {**PARAMETERS, "ties": "breslow"}) is None


def test_what_dbt_writes_changes_no_digest(project: Path) -> None:
    before = project_digest(project, PARAMETERS)
    (project / "logs").mkdir()
    (project / "logs/dbt.log").touch()
    assert project_digest(project, PARAMETERS) == before


@pytest.mark.parametrize("content", [b"", b"no pickle", b"\x80\x05N."])
def test_damaged_file_is_as_good_as_none(project: Path, content: bytes) -> None:
    kept_file(project).write_bytes(content)
    assert found(project) is None


def test_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()  # where a folder should be
    keep_manifest(tmp_path / "cache", tmp_path, PARAMETERS, Manifest())
    assert kept_manifest(tmp_path / "cache", tmp_path, PARAMETERS) is None


class Program:
    """What is no data: a pickle that does something when it is loaded."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.trace,)


def test_nothing_is_loaded_before_its_digest_was_compared(project: Path, tmp_path: Path) -> None:
    path = kept_file(project)
    head = path.read_bytes().partition(b"\n")[0]
    for first in (b"", head + b"\n"):
        path.write_bytes(first + pickle.dumps(Program(tmp_path / "trace")))
        assert found(project) is None
        assert not (tmp_path / "trace").exists()
    pickle.loads(pickle.dumps(Program(tmp_path / "trace")))
    assert (tmp_path / "trace").exists()


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_a_file_that_others_can_write_is_not_loaded(project: Path, mode: int) -> None:
    assert kept_file(project).stat().st_mode & 0o777 == 0o600
    kept_file(project).chmod(mode)
    assert found(project) is None
