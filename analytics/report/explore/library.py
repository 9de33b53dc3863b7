"""The charting library of the page: Vega, Vega-Lite and Vega-Embed as one script."""

from importlib.metadata import version
from pathlib import Path
from typing import Final

from analytics.project_files import cache_folder

_PACKAGE: Final = "vl-convert-python"
_EXPORTS: Final = "window.vegaEmbed = vegaEmbed;"


def library() -> str:
    """The script, for a <script> element; the same bytes for a version of the package.

    It is bundled once, in two seconds, and kept in the cache.
    """
    kept = cache_folder() / "vega" / f"{version(_PACKAGE)}.js"
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        return _kept(_bundled(), kept)


def _bundled() -> str:
    import vl_convert  # noqa: PLC0415 - slow to import

    return vl_convert.javascript_bundle(_EXPORTS).replace("</script", "<\\/script")


def _kept(script: str, path: Path) -> str:
    """Write it for the next time; a cache that cannot be written keeps nothing."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        work = path.with_suffix(".new")
        work.write_text(script, encoding="utf-8")
        work.replace(path)
    except OSError:
        pass
    return script
