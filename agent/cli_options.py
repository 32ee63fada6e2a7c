"""Options that several verbs have."""

from typing import Annotated

import typer

Json = Annotated[
    str | None, typer.Option("--json", metavar="FILE", help="Write the numbers as JSON; - prints.")
]
Plain = Annotated[
    bool, typer.Option("--plain", help="Words and lines alone: no frames, no colour.")
]
Watch = Annotated[bool, typer.Option("--watch", help="Show the virtual desktop while it works.")]
Variant = Annotated[str, typer.Option(help="A named variant of the task, as 'swapped'.")]
PolicyName = Annotated[
    str | None,
    typer.Option(
        help="core, vlm:MODEL, scripted (the task's oracle), replay or noop; the configured one.",
        show_default=False,
    ),
]
Weights = Annotated[str, typer.Option(help="live, shipped, or the path of a level.")]
Recall = Annotated[bool, typer.Option(help="Hand recalled steps of similar episodes over.")]
TaskName = Annotated[
    str, typer.Argument(metavar="TASK", help="As books/enter_invoice, or FILE.py:CLASS.")
]
