"""Signatures of releases with the user's own SSH key, made and checked by OpenSSH's ssh-keygen.

The manifest is signed: it holds the digest of every other file of the release, and the state of the
log. The signature lies beside it, in the form of `ssh-keygen -Y sign`, for a purpose of its own:
what was signed for another one, such as a commit, is no signature of a release.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from analytics.errors import BuildError, PlateauError, UsageError
from analytics.release.folders import MANIFEST

SIGNATURE: Final = f"{MANIFEST}.sig"
PURPOSE: Final = "plateau-release"
"""The namespace of the signatures, as ssh-keygen calls it."""

_PROGRAM: Final = "ssh-keygen"
_KEY: Final = re.compile(r"with (\S+ key \S+)")


class SignatureError(PlateauError):
    """A release has no signature, or not one that counts."""

    exit_code: ClassVar[int] = 3


@dataclass(frozen=True)
class Signer:
    """Whose signature it is: the name in the list of allowed signers (if asked), and the key."""

    name: str | None
    key: str

    def __str__(self) -> str:
        """Name and key, as a sentence goes on after 'signed'."""
        return f"by {self.name} with {self.key}" if self.name else f"with {self.key}"


def check_key(key: Path) -> None:
    """Sign a word with the key, so that one that cannot sign is told before the work.

    Raises UsageError for a key that is not there or cannot sign, BuildError without ssh-keygen.
    """
    _signature(b"plateau", key)


def sign(release: Path, key: Path) -> None:
    """Write the signature of the release's manifest beside it, in place of an earlier one.

    Raises like `check_key`.
    """
    made = _signature((release / MANIFEST).read_bytes(), key)
    written = release / f".{SIGNATURE}"
    written.write_bytes(made)
    written.replace(release / SIGNATURE)


def signer_of(release: Path, allowed: Path | None) -> Signer:
    """Who signed the release. Without a list of allowed signers only the key is known.

    `allowed` is a file in the form of ALLOWED SIGNERS in ssh-keygen(1). Raises SignatureError when
    there is no signature, it is not one of this manifest, or its key is not in the list.
    """
    signature = release / SIGNATURE
    if not signature.is_file():
        raise SignatureError(f"{release} is not signed; {SIGNATURE} is missing.")
    if allowed is not None and not allowed.is_file():
        raise UsageError(f"{allowed} is no file; name a list of allowed signers.")
    manifest = (release / MANIFEST).read_bytes()
    common = ["-n", PURPOSE, "-s", str(signature)]
    if allowed is None:
        told = _run(["-Y", "check-novalidate", *common], manifest)
        name = None
    else:
        found = _run(["-Y", "find-principals", "-s", str(signature), "-f", str(allowed)], b"")
        names = found.stdout.decode(errors="replace").split("\n")
        names = [name.strip() for name in names if name.strip()]
        if found.returncode != 0 or not names:
            raise SignatureError(
                f"{signature} is made with a key that {allowed} does not allow; ask who signed it."
            )
        for name in names:  # a key may stand in several lines, each for a purpose of its own
            told = _run(["-Y", "verify", "-f", str(allowed), "-I", name, *common], manifest)
            if told.returncode == 0:
                break
    key = _KEY.search(told.stdout.decode(errors="replace"))
    if told.returncode != 0 or key is None:
        raise SignatureError(
            f"{signature} is no valid signature of {MANIFEST} ({_words(told)}); do not rely on "
            "the release before you know why."
        )
    return Signer(name, key[1])


def _signature(content: bytes, key: Path) -> bytes:
    if not key.is_file():
        raise UsageError(f"{key} is no file; name an SSH key with --sign.")
    made = _run(["-Y", "sign", "-f", str(key), "-n", PURPOSE], content)
    if made.returncode != 0 or not made.stdout:
        raise UsageError(
            f"{key} cannot sign ({_words(made)}); name a private SSH key without a passphrase, or "
            "add the key to ssh-agent and name its .pub file."
        )
    return made.stdout


def _run(arguments: list[str], content: bytes) -> "subprocess.CompletedProcess[bytes]":
    """Run ssh-keygen where it can ask nobody: a run at night would wait for ever."""
    try:
        return subprocess.run(
            [_PROGRAM, *arguments],
            input=content,
            capture_output=True,
            check=False,
            start_new_session=True,
            env={**os.environ, "SSH_ASKPASS_REQUIRE": "never", "LC_ALL": "C"},
        )
    except OSError as error:
        raise BuildError(
            f"{_PROGRAM} cannot be run ({error.strerror}), and signatures need it; install OpenSSH "
            "8.2 or later."
        ) from error


def _words(run: "subprocess.CompletedProcess[bytes]") -> str:
    """The last line of what ssh-keygen complained of."""
    lines = (run.stderr + b"\n" + run.stdout).decode(errors="replace").split("\n")
    told = [line.strip().rstrip(".") for line in lines if line.strip()]
    return told[0] if told else f"{_PROGRAM} ended with code {run.returncode}"
