"""`plateau contract`."""

import typer

from analytics.cli.app import app, one_sentence


@app.command()
def contract() -> None:
    """Print the requirements on the SDTM files, as Markdown (docs/input-contract.md)."""
    with one_sentence():
        from analytics.report.input_contract import contract_lines  # noqa: PLC0415

        for line in contract_lines():
            typer.echo(line)
