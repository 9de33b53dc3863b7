"""A Superset of one's own: set up in a folder, started on a free port, stopped in any case."""

import os
import secrets
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

ADMIN = "admin"
_START_SECONDS = 120
_STOP_SECONDS = 15

_CONFIG = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = "sqlite:///{folder}/superset.db?check_same_thread=false"
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
RATELIMIT_ENABLED = False
AUTH_RATE_LIMITED = False
"""


@contextmanager
def running_superset(bin_folder: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Give the address and the admin's password of a fresh Superset that lives in the folder."""
    password = secrets.token_urlsafe(16)
    config = folder / "superset_config.py"
    config.write_text(_CONFIG.format(secret=secrets.token_urlsafe(32), folder=folder))
    environment = {
        **os.environ,
        "SUPERSET_CONFIG_PATH": str(config),
        "SUPERSET_HOME": str(folder),
        "SCARF_ANALYTICS": "false",
        "FLASK_APP": "superset.app:create_app()",
    }
    admin = ["--username", ADMIN, "--password", password, "--email", "admin@localhost"]
    for command in (
        ["db", "upgrade"],
        ["fab", "create-admin", *admin, "--firstname", "A", "--lastname", "Admin"],
        ["init"],
    ):
        result = subprocess.run(
            [bin_folder / "superset", *command],
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stderr[-4000:]
    port = _free_port()
    log = folder / "gunicorn.log"
    with (
        log.open("wb") as output,
        subprocess.Popen(
            [
                *(bin_folder / "gunicorn", "superset.app:create_app()"),
                *("--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"),
                *("--timeout", "120"),
            ],
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_until_healthy(address, process, log)
            yield address, password
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_healthy(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()[-4000:]
        with (
            suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"{address}/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.5)
    raise AssertionError(f"Superset did not start:\n{log.read_text()[-4000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """End the server and its workers, which form a process group of their own."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_STOP_SECONDS)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
