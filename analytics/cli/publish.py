"""`plateau publish`."""

from typing import Annotated

import typer

from analytics.cli.app import DEFAULT_RELEASES, Releases, StudyId, app, messages, one_sentence, say
from analytics.cli.release_option import Release
from analytics.errors import UsageError
from analytics.plural import counted

To = Annotated[
    str,
    typer.Option(
        "--to",
        envvar="PLATEAU_TO",
        help="postgresql://user@host:5432/database. The password belongs in PGPASSWORD or "
        "~/.pgpass, or in the address in PLATEAU_TO: other users can see a command line.",
    ),
]
ReaderRole = Annotated[
    str,
    typer.Option(help="Role that may read the tables of bi, created if absent; '' for none."),
]
MartsRole = Annotated[
    str | None, typer.Option(help="Role that may read the marts; it must already exist.")
]


@app.command()
def publish(  # noqa: PLR0913, PLR0917 - one parameter per option of the command
    context: typer.Context,
    to: To,
    study: StudyId = None,
    release: Release = "current",
    releases: Releases = DEFAULT_RELEASES,
    schema: Annotated[str, typer.Option(help="Schema for the tables of bi.")] = "bi",
    reader_role: ReaderRole = "plateau_reader",
    marts: Annotated[
        bool, typer.Option("--marts", help="Serve the marts too: patient-level rows.")
    ] = False,
    marts_schema: Annotated[str, typer.Option(help="Schema for the marts.")] = "marts",
    marts_role: MartsRole = None,
    wait: Annotated[
        float,
        typer.Option(
            min=0, help="Seconds to wait for readers of tables whose columns have changed."
        ),
    ] = 60.0,
    trusted_network: Annotated[
        bool,
        typer.Option(
            "--trusted-network",
            help="Send the marts to another machine without sslmode=verify-full.",
        ),
    ] = False,
) -> None:
    """Serve a release from Postgres, replacing the previous one.

    It is one transaction: readers see the old or the new release, complete, and never wait.
    """
    with one_sentence():
        from analytics.release.choice import chosen_release  # noqa: PLC0415
        from analytics.serving import publish as serving  # noqa: PLC0415
        from analytics.serving.address import address_of  # noqa: PLC0415

        address = address_of(to)
        source = context.get_parameter_source("to")
        if address.secrets and source is not None and source.name == "COMMANDLINE":
            raise UsageError(
                "The value of --to contains a password, which other users of this machine see in "
                "the list of processes; put it in PGPASSWORD, ~/.pgpass or a service file, or the "
                "whole address in the variable PLATEAU_TO."
            )
        folder = chosen_release(releases, study, release).resolve()
        options = serving.Options(
            schema,
            reader_role or None,
            marts,
            marts_schema,
            marts_role,
            wait,
            trusted_network,
        )
        with messages.status("connecting") as line:
            served = serving.publish(folder, address, options, line.update)
    say(f"Release {served.release_id} is served from {address}")
    for name, rows in served.rows.items():
        typer.echo(f"{name}: {counted(served.tables[name], 'table')}, {counted(rows, 'row')}")
    typer.echo(f"{served.seconds:.1f} s, {served.rows_per_second:,.0f} rows per second")
