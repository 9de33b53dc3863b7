"""A release that is signed tells by whom; nothing else passes for a signature of it."""

import shutil
import subprocess
from pathlib import Path

import pytest
from torture.tiny_release import publish_small
from typer.testing import CliRunner, Result

from analytics.cli import app
from analytics.errors import UsageError
from analytics.release.folders import StudyReleases
from analytics.release.signing import SIGNATURE, SignatureError, check_key, sign, signer_of
from analytics.release.verify import verify_release

pytestmark = pytest.mark.skipif(
    shutil.which("ssh-keygen") is None, reason="no ssh-keygen is installed here"
)


def key_of(name: str, folder: Path, passphrase: str = "") -> Path:
    path = folder / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", path], check=True
    )
    return path


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The keys of two people, and a list that allows one of them."""
    folder = tmp_path_factory.mktemp("keys")
    for name in ("ada", "eve"):
        key_of(name, folder)
    (folder / "allowed").write_text(f"ada@example.org {(folder / 'ada.pub').read_text()}")
    return folder


@pytest.fixture
def release(tmp_path: Path) -> Path:
    return publish_small(StudyReleases(tmp_path / "releases", "small"), 42)


def verify(release: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, ["verify", str(release), *map(str, arguments)])


def test_a_signature_tells_who_signed(release: Path, keys: Path) -> None:
    sign(release, keys / "ada")
    assert verify_release(release).findings == ()
    signer = signer_of(release, keys / "allowed")
    assert signer.name == "ada@example.org"
    assert signer.key.startswith("ED25519 key SHA256:")
    told = verify(release, "--allowed-signers", keys / "allowed")
    assert told.exit_code == 0, told.stderr
    assert told.stdout.endswith(f"The release is signed by ada@example.org with {signer.key}.\n")
    alone = verify(release)
    assert alone.stdout.endswith(
        f"The release is signed with {signer.key}; --allowed-signers FILE tells whose key that "
        "is.\n"
    )


def test_signing_twice_gives_the_same_bytes(release: Path, keys: Path) -> None:
    sign(release, keys / "ada")
    first = (release / SIGNATURE).read_bytes()
    sign(release, keys / "ada")
    assert (release / SIGNATURE).read_bytes() == first
    assert not list(release.glob(".*"))


def test_an_unsigned_release_is_refused_only_where_a_signature_is_asked_for(
    release: Path, keys: Path
) -> None:
    assert verify(release).exit_code == 0
    told = verify(release, "--allowed-signers", keys / "allowed")
    assert told.exit_code == 3
    assert told.stderr == f"plateau: {release} is not signed; {SIGNATURE} is missing.\n"


def test_somebody_else_is_refused(release: Path, keys: Path) -> None:
    sign(release, keys / "eve")
    told = verify(release, "--allowed-signers", keys / "allowed")
    assert told.exit_code == 3
    assert "does not allow; ask who signed it." in told.stderr


def test_a_manifest_that_was_rewritten_with_its_digest_is_noticed(
    release: Path, keys: Path
) -> None:
    """What digests alone cannot show: everything that the manifest says was made to fit."""
    from analytics.release.digests import file_digest  # noqa: PLC0415

    sign(release, keys / "ada")
    manifest = release / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"small"', '"other"'))
    (release / "manifest.sha256").write_text(f"{file_digest(manifest)}  manifest.json\n")
    assert verify_release(release).findings == ()
    for arguments in ((), ("--allowed-signers", keys / "allowed")):
        told = verify(release, *arguments)
        assert told.exit_code == 3
        assert "is no valid signature of manifest.json" in told.stderr


@pytest.mark.parametrize("purpose", ["git", "file"])
def test_a_signature_for_another_purpose_is_none(release: Path, keys: Path, purpose: str) -> None:
    signed = subprocess.run(
        ["ssh-keygen", "-Y", "sign", "-f", keys / "ada", "-n", purpose],
        input=(release / "manifest.json").read_bytes(),
        capture_output=True,
        check=True,
    )
    (release / SIGNATURE).write_bytes(signed.stdout)
    with pytest.raises(SignatureError, match="is no valid signature"):
        signer_of(release, keys / "allowed")


@pytest.mark.parametrize("content", [b"", b"-----BEGIN SSH SIGNATURE-----\n", b"\x00" * 64])
def test_what_is_no_signature_is_refused(release: Path, keys: Path, content: bytes) -> None:
    (release / SIGNATURE).write_bytes(content)
    for allowed in (None, keys / "allowed"):
        with pytest.raises(SignatureError):
            signer_of(release, allowed)


def test_a_key_that_cannot_sign_is_told_and_nobody_is_asked(tmp_path: Path, keys: Path) -> None:
    for key in (tmp_path / "nowhere", tmp_path):
        with pytest.raises(UsageError, match="is no file; name an SSH key with --sign"):
            check_key(key)
    (tmp_path / "text").write_text("no key")
    (tmp_path / "text").chmod(0o600)
    for key in (tmp_path / "text", key_of("locked", tmp_path, "secret"), keys / "allowed"):
        with pytest.raises(UsageError, match="cannot sign"):
            check_key(key)
    check_key(keys / "ada")


def test_without_the_program_signing_is_refused(
    release: Path, keys: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    sign_it = CliRunner().invoke(app, ["verify", str(release)])
    assert sign_it.exit_code == 0  # what is not signed needs no program
    (release / SIGNATURE).touch()
    told = verify(release)
    assert told.exit_code == 4
    assert "ssh-keygen cannot be run" in told.stderr
