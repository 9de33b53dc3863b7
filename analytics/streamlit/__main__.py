"""Start the dashboard: `python -m analytics.streamlit --releases releases`."""

import argparse
import sys
from pathlib import Path

from streamlit.web import cli

APP = Path(__file__).with_name("app.py")
_OPTIONS = {
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",  # nothing is sent anywhere
    "client.toolbarMode": "minimal",
    "theme.base": "light",
}


def main() -> None:
    """Serve the page until it is stopped, by default to this machine alone."""
    parser = argparse.ArgumentParser(prog="analytics.streamlit", description=__doc__)
    parser.add_argument("--releases", type=Path, default=Path("releases"))
    parser.add_argument("--address", default="127.0.0.1", help="address to listen on")
    parser.add_argument("--port", type=int, default=8501)
    given = parser.parse_args()
    options = {**_OPTIONS, "server.address": given.address, "server.port": given.port}
    sys.argv = [
        *("streamlit", "run", str(APP)),
        *(f"--{name}={value}" for name, value in options.items()),
        *("--", str(given.releases)),
    ]
    sys.exit(cli.main())


if __name__ == "__main__":
    main()
