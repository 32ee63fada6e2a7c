"""The verbs for the operator's own jobs: what done means, and the way back."""

from typing import Annotated

import typer

from agent.cli_options import Json


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    for verb in (job, restore):
        app.command()(verb)


def job(
    name: Annotated[
        str, typer.Argument(metavar="[NAME]", help="Of the job; all of them.", show_default=False)
    ] = "",
    confirm: Annotated[
        bool, typer.Option("--confirm", help="That is what done means: verify by it.")
    ] = False,
    fill: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=SOURCE",
            help="What belongs there: goal N, field LABEL, today, rest, always TEXT, anything, "
            "nothing.",
        ),
    ] = None,
    where: Annotated[
        str, typer.Option(help="Where a row is added: next, first, last or anywhere.")
    ] = "",
    approvals: Annotated[
        int | None, typer.Option(min=0, help="So many results are shown to you first.")
    ] = None,
    take: Annotated[
        int | None, typer.Option(min=0, help="Put this kept result into your files.")
    ] = None,
    drop: Annotated[
        int | None, typer.Option(min=0, help="Leave out this time, which waits.")
    ] = None,
    json: Json = None,
) -> None:
    """Your own jobs: what was shown, what done means, what is in your files.

    Example: dormouse job club-fees --fill "Paid on=today" --confirm
    """
    from agent.verbs import jobs as verb

    raise typer.Exit(
        verb.main(
            name,
            confirm=confirm,
            fills=fill or (),
            where=where,
            approvals=approvals,
            take=take,
            drop=drop,
            json=json,
        )
    )


def restore(
    name: Annotated[str, typer.Argument(metavar="JOB", help="A job of your own.")],
    instance: Annotated[
        int | None, typer.Argument(help="Its number, and all after it; the last.")
    ] = None,
    json: Json = None,
) -> None:
    """Put your files back, to the byte, as they were before a result was taken over.

    Example: dormouse restore club-fees 3
    """
    from agent.verbs import jobs as verb

    raise typer.Exit(verb.restore(name, instance, json))
