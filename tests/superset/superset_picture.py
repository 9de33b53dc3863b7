"""Take the picture of the dashboard that docs/superset.md shows.

    make superset-picture

A fresh Superset imports the bundle of the published study; chromium shows the first tab.
"""

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from superset_client import Superset
from superset_page import open_dashboard, settle, signed_in_page
from superset_server import running_superset

from analytics.release.choice import chosen_study
from analytics.superset.bundle import write_bundle

PICTURE = Path("docs/images/superset.png")
_COLORS = 128


def main() -> None:
    """Write the picture, its colours reduced so that it stays small."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bin_folder", type=Path, help="Folder of Superset's programs.")
    parser.add_argument("--releases", type=Path, default=Path("releases"))
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or sys.exit("The picture needs chromium; install it.")
    study = chosen_study(arguments.releases, None)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_bundle(study.current, study.study_id, folder / "bundle.zip")
        with running_superset(arguments.bin_folder.absolute(), folder) as (address, password):
            Superset(address, password).upload(
                "/api/v1/dashboard/import/", "formData", (folder / "bundle.zip").read_bytes()
            )
            with signed_in_page(chromium, address, password) as page:
                open_dashboard(page, address, f"plateau-{study.study_id}")
                height = page.evaluate("document.body.scrollHeight")
                page.set_viewport_size({"width": 1440, "height": height})
                settle(page)
                picture = page.screenshot()
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    Image.open(io.BytesIO(picture)).convert("RGB").quantize(_COLORS).save(PICTURE, optimize=True)


if __name__ == "__main__":
    main()
