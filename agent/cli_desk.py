"""The verbs of a day with the worker: assign, watch, hold, take over, stop, approve."""

from pathlib import Path
from typing import Annotated

import typer

from agent.cli_options import Json, Plain, PolicyName, Recall, TaskName, Variant, Weights


def register(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    for verb in (
        worker,
        add,
        cancel,
        status,
        pause,
        resume,
        takeover,
        handback,
        stop,
        approve,
        answer,
        watch,
        record,
    ):
        app.command()(verb)


def worker(json: Json = None) -> None:
    """Own the desktop, the policy and the memory, and do what the desk and the verbs ask.

    The desk starts one by itself. It ends with `dormouse stop --worker`, Ctrl-C or SIGTERM.

    Example: dormouse worker
    """
    from agent.verbs import worker as verb

    raise typer.Exit(verb.main(json))


def add(
    task: TaskName,
    seed: Annotated[int, typer.Option(help="Which instance of the task.")] = 0,
    variant: Variant = "",
    policy: PolicyName = None,
    weights: Weights = "live",
    recall: Recall = True,
    dry: Annotated[bool, typer.Option("--dry", help="End where something would be saved.")] = False,
    at: Annotated[str, typer.Option(metavar="HH:MM", help="Not before this time of day.")] = "",
    json: Json = None,
) -> None:
    """Assign a task to the worker and come back at once.

    Example: dormouse add books/enter_invoice --seed 7 --at 18:30
    """
    from agent.verbs import queue as verb

    raise typer.Exit(
        verb.add(
            task=task,
            seed=seed,
            variant=variant,
            policy=policy or "",
            weights=weights,
            recall=recall,
            dry=dry,
            at=at,
            json=json,
        )
    )


def cancel(
    number: Annotated[int, typer.Argument(help="Its number in the queue.")], json: Json = None
) -> None:
    """Take a task that has not begun off the queue.

    Example: dormouse cancel 3
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.cancel(number, json))


def status(plain: Plain = False, json: Json = None) -> None:
    """What the worker does now: state, task, step, next action, question, queue.

    Example: dormouse status --plain
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.status(plain=plain, json=json))


def pause(json: Json = None) -> None:
    """Let the agent, or the night, finish what is under way and wait.

    Example: dormouse pause
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.intend("pause", json))


def resume(json: Json = None) -> None:
    """Go on after a pause, a take-over or a stop; what you changed is looked at first.

    Example: dormouse resume
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.intend("go_on", json))


def takeover(json: Json = None) -> None:
    """Take mouse and keyboard: the agent's hands are off until `dormouse handback`.

    Example: dormouse takeover
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.intend("take_over", json))


def handback(json: Json = None) -> None:
    """Give mouse and keyboard back: the agent looks at what you changed, and goes on; if it was
    paused before, it stays paused.

    Example: dormouse handback
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.intend("hand_back", json))


def stop(
    worker: Annotated[bool, typer.Option("--worker", help="End the worker too.")] = False,
    json: Json = None,
) -> None:
    """Stop the agent at once, in the middle of an action too, with no key held.

    Example: dormouse stop
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.stop(worker, json))


def approve(
    question: Annotated[int | None, typer.Argument(help="Its number; the pending one.")] = None,
    no: Annotated[bool, typer.Option("--no", help="Reject it.")] = False,
    instead: Annotated[str, typer.Option(metavar="ACTION", help="Do this instead.")] = "",
    task: Annotated[bool, typer.Option("--task", help="For the whole task.")] = False,
    plain: Plain = False,
    json: Json = None,
) -> None:
    """Show the pending question; with its number, answer it.

    Example: dormouse approve 3 --instead 'type(text="120.00")'
    """
    from agent.verbs import queue as verb

    raise typer.Exit(
        verb.approve(
            question=question, no=no, instead=instead, whole_task=task, plain=plain, json=json
        )
    )


def answer(
    words: Annotated[str, typer.Argument(metavar="TEXT", help="What you answer.")],
    json: Json = None,
) -> None:
    """Answer the agent's question: it goes on with what you say, and the night learns from it.

    Example: dormouse answer 119.00
    """
    from agent.verbs import queue as verb

    raise typer.Exit(verb.answer(words, json))


def watch(
    browser: Annotated[bool, typer.Option("--browser", help="noVNC in a browser.")] = False,
    look: Annotated[bool, typer.Option("--look", help="Look only: no mouse, no keys.")] = False,
    port: Annotated[int, typer.Option(help="Of --browser, on localhost.")] = 6080,
    json: Json = None,
) -> None:
    """See the virtual desktop live, and use it with your own mouse and keyboard.

    With --json it opens nothing and says where the VNC server listens, for another viewer.

    Example: dormouse watch
    """
    from agent.verbs import watch as verb

    raise typer.Exit(verb.main(browser=browser, look=look, port=port, json=json))


def record(
    goal: Annotated[str, typer.Argument(help="What you will show, in your own words.")] = "",
    task: Annotated[
        str, typer.Option(help="A task, or a job of your own, that is set up for you and checked.")
    ] = "",
    seed: Annotated[int, typer.Option(help="Which instance of the task.")] = 0,
    variant: Variant = "",
    files: Annotated[
        list[Path] | None,
        typer.Option("--open", help="A file of your own, on a copy of which you show it."),
    ] = None,
    app_name: Annotated[
        str, typer.Option("--app", help="Opens the file: calc, gnucash or fava.")
    ] = "",
    name: Annotated[str, typer.Option(help="Of the new job; made of its goal.")] = "",
    display: Annotated[
        str, typer.Option(metavar=":N", help="Your own X display, with what is open on it.")
    ] = "",
    watch: Annotated[bool, typer.Option(help="Open a viewer of the virtual desktop.")] = True,
    json: Json = None,
) -> None:
    """Record how you do a job, with mouse and keyboard; it teaches nothing before you accept it.

    Enter ends it, or ctrl+alt+Return on the desktop; h and Enter, or ctrl+alt+space there, hides
    what follows and shows it again. Exits with 1 where the task's check found it wrong.

    Example: dormouse record "Enter the invoice" --task books/enter_invoice --seed 7
    Example: dormouse record "Enter the fee of Bo Ek: 12.50" --open fees.ods
    """
    from agent.orders import Own
    from agent.verbs import record as verb

    raise typer.Exit(
        verb.main(
            goal=goal,
            task=task,
            seed=seed,
            variant=variant,
            own=Own(tuple(files or ()), app_name, name),
            display=display,
            watch=watch,
            json=json,
        )
    )
