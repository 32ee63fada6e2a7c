"""The verbs of what was lived and learned; registered on the command line by agent.cli."""

from typing import Annotated

import typer

from agent.cli_options import Json, Plain

Episode = Annotated[
    str, typer.Argument(metavar="EPISODE", help="Its id, or the start of it; or 'last'.")
]


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    for verb in (episodes, demonstrations, memory, forget, facts, night, schedule, tasks):
        app.command()(verb)


def episodes(
    episode: Episode = "",
    export: Annotated[
        str, typer.Option(metavar="html|lines", help="Write it as a page, or as JSON lines.")
    ] = "",
    plain: Plain = False,
    json: Json = None,
) -> None:
    """All runs, newest first; or the steps of one.

    Example: dormouse episodes last --export html
    """
    from agent.verbs import past as verb

    raise typer.Exit(verb.episodes(episode, export, plain, json))


def demonstrations(
    accept: Annotated[
        str, typer.Option(metavar="EPISODE", help="Let nights learn from this recording.")
    ] = "",
    discard: Annotated[str, typer.Option(metavar="EPISODE", help="Delete this recording.")] = "",
    amend: Annotated[
        str, typer.Option(metavar="EPISODE", help="Change this recording, as the others say.")
    ] = "",
    trim: Annotated[str, typer.Option(metavar="A:B", help="Keep its steps from A to B.")] = "",
    mask: Annotated[
        str, typer.Option(metavar="X,Y,W,H", help="Blacken a box, on all frames or on --step's.")
    ] = "",
    dots: Annotated[bool, typer.Option("--dots", help="Make dots of --step's words.")] = False,
    step: Annotated[int | None, typer.Option(help="Of --mask and --dots.")] = None,
    label: Annotated[str, typer.Option(metavar="GOAL", help="Say what it shows.")] = "",
    plain: Plain = False,
    json: Json = None,
) -> None:
    """What was shown, and whether the live weights have learned from it; recordings wait first.

    Example: dormouse demonstrations --accept last
    """
    if accept or discard or amend:
        from agent.verbs import amend as other

        raise typer.Exit(other.main(accept, discard, amend, trim, mask, dots, step, label, json))
    from agent.verbs import past as verb

    raise typer.Exit(verb.demonstrations(plain, json))


def memory(
    act: Annotated[str, typer.Argument(metavar="[wipe]", help="wipe: remove everything.")] = "",
    forget: Annotated[str, typer.Option(metavar="EPISODE", help="Delete this one.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="With wipe: do not ask.")] = False,
    plain: Plain = False,
    json: Json = None,
) -> None:
    """What is remembered, from where, how far it is trusted, and where it lies; or wipe it all.

    Example: dormouse memory --plain
    """
    if act == "wipe":
        from agent.verbs import wipe

        raise typer.Exit(wipe.main(yes, json))
    if act or yes:
        raise typer.BadParameter("say `dormouse memory`, or `dormouse memory wipe`")
    from agent.verbs import past as verb

    raise typer.Exit(verb.memory(forget, plain, json))


def forget(episode: Episode, json: Json = None) -> None:
    """Delete an episode: its steps, and every pixel that no other episode shows.

    Example: dormouse forget 4e5f6a7b
    """
    from agent.verbs import past as verb

    raise typer.Exit(verb.forgotten(episode, json))


def facts(
    act: Annotated[str, typer.Argument(metavar="[list|add|forget]")] = "list",
    name: Annotated[str, typer.Argument(metavar="NAME", help="As bank_password, iban:acme.")] = "",
    window: Annotated[
        str | None,
        typer.Option(
            help="A pattern of the windows that it is typed into unasked: by their program, or, if "
            "the goal names the fact, by their title."
        ),
    ] = None,
    json: Json = None,
) -> None:
    """Values kept encrypted behind placeholders, as {{iban:acme}}: the keyboard fills them in.

    The value is asked, or read from standard input: never say it on the command line.

    Example: dormouse facts add iban:acme --window "My Bank"
    """
    from agent.verbs import facts as verb

    raise typer.Exit(verb.main(act, name, json, window))


def night(
    pause: Annotated[bool, typer.Option("--pause", help="Pause it; it goes on later.")] = False,
    progress: Annotated[bool, typer.Option("--progress", help="Only say how far it is.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Follow it to its end.")] = False,
    seed: Annotated[int, typer.Option(help="Seed of the night: equal seeds, equal weights.")] = 0,
    json: Json = None,
) -> None:
    """Let the worker sleep on the day, or go on with a night that was paused.

    Example: dormouse night --wait
    """
    from agent.verbs import night as verb

    raise typer.Exit(verb.main(pause, progress, wait, seed, json))


def schedule(
    at: Annotated[str, typer.Argument(metavar="HH:MM|off", help="Nothing: say what is set.")] = "",
    json: Json = None,
) -> None:
    """Begin the night at the same time each day; one that was missed is caught up.

    Example: dormouse schedule 02:30
    """
    from agent.verbs import schedule as verb

    raise typer.Exit(verb.main(at, json))


def tasks(
    suite: Annotated[
        list[str] | None, typer.Argument(metavar="SUITE...", help="Of these; or FILE.py:CLASS.")
    ] = None,
    plain: Plain = False,
    json: Json = None,
) -> None:
    """The tasks there are: name, level, variants, traps. Exits with 1 where one is refused.

    Your own join them: docs/tasks.md has a template.

    Example: dormouse tasks books
    """
    from agent.verbs import tasks as verb

    raise typer.Exit(verb.main(suite or [], plain, json))
