"""`plateau sbom`."""

import typer

from analytics.cli.app import app, one_sentence


@app.command()
def sbom() -> None:
    """Print the packages that Plateau runs with, as a bill of materials (CycloneDX 1.6, JSON).

    Each release holds the one it was built with, as sbom.cdx.json.
    """
    with one_sentence():
        from analytics.release.sbom import sbom_text  # noqa: PLC0415

        typer.echo(sbom_text(), nl=False)
