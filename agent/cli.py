"""The command line: `dormouse VERB`. Each verb's work lives in agent/verbs and is imported inside.

Exit codes: 0 done, 1 the work was done and fell short, 2 bad usage or input, 3 something needed
is missing (the message names the mend), 130 interrupted.
"""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent import cli_desk, cli_jobs, cli_review
from agent.cli_options import (
    Json,
    Plain,
    PolicyName,
    Recall,
    TaskName,
    Variant,
    Watch,
    Weights,
)

app = typer.Typer(
    name="dormouse",
    help="Show it by day; it learns by night: a keyboard-and-mouse agent on your own machine.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich help would cost 0.15 s of the 0.3 s that help may take
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(invoke_without_command=True)
def bare(context: typer.Context) -> None:
    """Without a verb, the desk opens: assign, watch, approve, take over, review the night."""
    if context.invoked_subcommand is None:
        from agent.verbs import desk as verb

        raise typer.Exit(verb.main())


@app.command()
def demo(
    watch: Watch = False,
    json: Json = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep episodes, weights and report in this folder.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the night.")] = 0,
) -> None:
    """The first day and the first night: before, five demonstrations, sleep, after.

    It uses a folder of its own and never touches your live weights.

    Example: dormouse demo --watch
    """
    from agent.verbs import demo as verb

    raise typer.Exit(verb.main(watch=watch, json=json, keep=keep, seed=seed))


@app.command()
def run(
    task: TaskName,
    seed: Annotated[
        int | None, typer.Option(help="Which instance of the task; 0, or what waits of your own.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, help="How many instances, from the seed on.")] = 1,
    files: Annotated[
        list[Path] | None,
        typer.Option("--open", help="A file of your own: TASK is then what is to be done on it."),
    ] = None,
    app_name: Annotated[
        str, typer.Option("--app", help="Opens the file: calc, gnucash or fava.")
    ] = "",
    name: Annotated[str, typer.Option(help="Of the new job; made of its goal.")] = "",
    say: Annotated[str | None, typer.Option(help="Your own job once more, in other words.")] = None,
    inputs: Annotated[
        Path | None,
        typer.Option(help="Your own job for each picture or PDF of a folder, or line of a CSV."),
    ] = None,
    variant: Variant = "",
    policy: PolicyName = None,
    weights: Weights = "live",
    recall: Recall = True,
    watch: Watch = False,
    json: Json = None,
) -> None:
    """Do a task on a virtual desktop and remember it. With --policy scripted, be shown it.

    A job of your own works on copies; what is verified replaces your files once you approve.

    Example: dormouse run books/enter_invoice --seed 7 --watch
    Example: dormouse run "Enter the fee of Bo Ek: 12.50" --open fees.ods --app calc
    """
    from agent.orders import Own
    from agent.verbs import run as verb

    raise typer.Exit(
        verb.main(
            task=task,
            seeds=[] if seed is None and count == 1 else range(seed or 0, (seed or 0) + count),
            variant=variant,
            policy=policy,
            weights=weights,
            recall=recall,
            watch=watch,
            json=json,
            own=Own(tuple(files or ()), app_name, name, inputs, say),
        )
    )


@app.command()
def sleep(
    seed: Annotated[int, typer.Option(help="Seed of the night: equal seeds, equal weights.")] = 0,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Training steps (default: as the plan says).")
    ] = None,
    rehearse: Annotated[bool, typer.Option(help="Examine on live rehearsals too.")] = True,
    policy: Annotated[
        str | None, typer.Option(help="core or vlm:MODEL; the configured one.", show_default=False)
    ] = None,
    slow: Annotated[
        bool, typer.Option("--slow", help="Move what is live into the slow level (vlm; weekly).")
    ] = False,
    events: Annotated[bool, typer.Option("--events", hidden=True)] = False,
    json: Json = None,
) -> None:
    """Sleep on the day: review, consolidate, examine, and promote or reject.

    Example: dormouse sleep --json -
    """
    from agent.verbs import sleep as verb

    raise typer.Exit(
        verb.main(
            seed=seed,
            steps=steps,
            rehearse=rehearse,
            events=events,
            json=json,
            policy=policy,
            slow=slow,
        )
    )


@app.command()
def nights(
    last: Annotated[bool, typer.Option("--last", help="Only the last night, in full.")] = False,
    rollback: Annotated[
        bool, typer.Option("--rollback", help="Go back to the weights before the live ones.")
    ] = False,
    accept: Annotated[str, typer.Option(metavar="LEVEL", help="Make this level live.")] = "",
    plain: Plain = False,
    json: Json = None,
) -> None:
    """What was learned and rejected, night by night; or take the last promotion back.

    Example: dormouse nights --last
    """
    from agent.verbs import nights as verb

    raise typer.Exit(verb.main(last=last, rollback=rollback, accept=accept, plain=plain, json=json))


@app.command()
def bench(
    suite: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SUITE...", help="books, books/ageing, miniwob/pix2act, or FILE.py:CLASS."
        ),
    ] = None,
    policy: PolicyName = None,
    weights: Weights = "live",
    variant: Variant = "",
    seeds: Annotated[str, typer.Option(metavar="A:B", help="First seed and end.")] = "0:10",
    recall: Recall = False,
    jobs: Annotated[int, typer.Option(min=1, help="Processes, each with its own display.")] = 1,
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Of a Ray cluster: --jobs on its machines.")
    ] = "",
    json: Json = None,
    report: Annotated[Path | None, typer.Option(help="Folder for an HTML report.")] = None,
    traps: Annotated[
        bool, typer.Option("--traps", help="Every trap on the same seeds too.")
    ] = False,
    level: Annotated[int | None, typer.Option(min=1, max=4, help="Tasks of this level.")] = None,
    films: Annotated[int, typer.Option(min=0, help="So many runs step by step in a report.")] = 60,
    compare: Annotated[
        tuple[Path, Path] | None,
        typer.Option(metavar="A.json B.json", help="Which differences of two benches are real."),
    ] = None,
) -> None:
    """Measure a policy on a suite of tasks. Killed and started again, nothing is done twice.

    Exits with 1 where an attempt was wrong or did collateral damage.

    Example: dormouse bench books --policy scripted --seeds 0:5 --traps --json out.json
    """
    if compare:
        from agent.verbs import compare as comparison

        raise typer.Exit(comparison.main(*compare, json))
    if not suite:
        raise typer.BadParameter("name a suite, as books, or two files to --compare")
    from agent.verbs import bench as verb

    raise typer.Exit(
        verb.main(
            suites=suite,
            policy=policy,
            weights=weights,
            variant=variant,
            seeds=seeds,
            recall=recall,
            jobs=jobs,
            json=json,
            report=report,
            traps=traps,
            of_level=level,
            films=films,
            address=address,
        )
    )


@app.command()
def train(
    name: Annotated[
        str, typer.Argument(metavar="[POLICY]", help="core or vlm:MODEL.", show_default=False)
    ] = "",
    policy: Annotated[str, typer.Option(help="The same.", show_default=False)] = "",
    source: Annotated[
        Path | None, typer.Option("--from", help="Memory with demonstrations (vlm; yours).")
    ] = None,
    new: Annotated[
        str, typer.Option(metavar="CLASS", help="Begin with random weights: qwen3_vl … (vlm).")
    ] = "",
    whole: Annotated[
        bool, typer.Option("--whole", help="All weights, not a level above them (vlm).")
    ] = False,
    shard: Annotated[
        bool, typer.Option("--shard", help="Spread the weights over torchrun's processes (vlm).")
    ] = False,
    batch: Annotated[int | None, typer.Option(min=1, help="Lessons a step (vlm).")] = None,
    rate: Annotated[float | None, typer.Option(min=0, help="Peak learning rate (vlm).")] = None,
    steps: Annotated[
        int | None, typer.Option(min=1, help="Training steps (default: the whole schedule).")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the weights go.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the training.")] = 0,
    resume: Annotated[bool, typer.Option(help="Go on from the last checkpoint.")] = True,
    json: Json = None,
) -> None:
    """Train the core from nothing on drawn screens, or a vision-language model on what was shown.

    Example: dormouse train --policy vlm:models/Qwen3-VL-8B-Instruct --steps 500
    """
    from agent.verbs import train as verb

    if not (name or policy):
        raise typer.BadParameter("name a policy: core or vlm:MODEL")
    raise typer.Exit(
        verb.main(
            policy=name or policy,
            steps=steps,
            out=out,
            seed=seed,
            resume=resume,
            json=json,
            source=source,
            new=new,
            whole=whole,
            batch=batch,
            rate=rate,
            shard=shard,
        )
    )


@app.command()
def replay(
    episode: Annotated[
        str, typer.Argument(metavar="EPISODE", help="Its id, or the start of it; or 'last'.")
    ],
    display: Annotated[
        str, typer.Option(metavar=":N", help="Your own X display, for what was recorded there.")
    ] = "",
    watch: Watch = False,
    json: Json = None,
) -> None:
    """Re-enact a stored episode on a fresh desktop, checking each target before it is touched.

    Example: dormouse replay last
    """
    from agent.verbs import replay as verb

    raise typer.Exit(verb.main(episode=episode, display=display, watch=watch, json=json))


@app.command()
def models(
    folder: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Look for models in this folder too.")
    ] = None,
    fitting: Annotated[bool, typer.Option("--fitting", help="Only those that fit here.")] = False,
    plain: Plain = False,
    json: Json = None,
) -> None:
    """Vision-language models for --policy vlm: how they speak, what they need, which fit here.

    Looks into Hugging Face's cache as well. Loads nothing and downloads nothing.

    Example: dormouse models --fitting
    """
    from agent.verbs import models as verb

    raise typer.Exit(verb.main(folder=folder, fitting=fitting, plain=plain, json=json))


@app.command()
def doctor(
    latency: Annotated[
        bool, typer.Option("--latency", help="Measure stop, yield, frame age, typing (minutes).")
    ] = False,
    tries: Annotated[int, typer.Option(min=10, help="Of each measurement.")] = 200,
    asleep: Annotated[bool, typer.Option(help="Measure beside a night too.")] = True,
    plain: Plain = False,
    json: Json = None,
) -> None:
    """Check programs, fonts, weights, memory and disk, and name the mend of what is amiss.

    With --latency it exits with 1 where stop or yield (p99 50 ms, 100 beside a night) or the age
    of the frame (p95 1 s) are above their limits.

    Example: dormouse doctor
    """
    from agent.verbs import doctor as verb

    raise typer.Exit(verb.main(latency=latency, tries=tries, asleep=asleep, plain=plain, json=json))


cli_desk.register(app)
cli_review.register(app)
cli_jobs.register(app)


def main() -> None:
    """The entry point: run the verb; turn a known error into one sentence and its exit code."""
    # torch's threads would spin while they wait, and starve the very programs that are driven
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.umask(0o077)  # what is written here is its operator's alone
    try:
        try:
            app()
        except RuntimeError as error:
            from agent.unlock import unlocks

            if not unlocks(error):
                raise
            app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from agent.errors import exit_code

        code = exit_code(error)
        if code is None:
            raise
        print(f"dormouse: {error or 'stopped'}", file=sys.stderr)
        sys.exit(code)
