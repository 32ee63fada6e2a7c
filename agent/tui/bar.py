"""The state line: state in words, task, step n of budget, weights, recording lamp."""

from textual.widgets import Static

from agent.plain import elapsed, lamp, weights
from agent.session import WORDS, State
from agent.worker.board import title
from agent.worker.wire import Status

SHORT = 100  # columns: narrower terminals get the state's word alone
NARROW = {State.TAKEN_OVER: "YOU HAVE CONTROL", State.WAITING: "WAITING: press 2"}


class StateBar(Static):
    """Its class is the state, so that colour says again what the words say."""

    DEFAULT_CSS = """
    StateBar { height: 1; padding: 0 1; background: $panel; text-style: bold; }
    StateBar.-running { background: $success; color: auto; }
    StateBar.-waiting { background: $warning; color: auto; }
    StateBar.-paused { background: $secondary; color: auto; }
    StateBar.-taken-over { background: $primary; color: auto; }
    StateBar.-recording, StateBar.-stopped, StateBar.-lost { background: $error; color: auto; }
    StateBar.-sleeping { background: $boost; }
    """

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, status: Status, lost: str = "", at: float = 0.0) -> None:
        """lost: what is said in place of the state while no worker answers. at: the time now."""
        self.update(lost or line(status, self.app.size.width - 2, at))
        self.set_class(bool(lost), "-lost")
        for state in State:
            now = state is status.state and not lost
            self.set_class(now, f"-{state.name.lower().replace('_', '-')}")


def line(now: Status, width: int, at: float = 0.0) -> str:
    """What fits in so many columns: first goes the reason, then weights, steps, and the task."""
    if now.tape is not None:
        return _recording(now, width, at)
    if width < SHORT:
        word = NARROW.get(now.state, str(now.state).upper())
    elif now.state is State.WAITING:
        answer = now.question is not None and now.question.asks
        word = f"WAITING for your {'answer' if answer else 'approval'}: press 2"
    else:
        word = WORDS[now.state]
    job = now.job
    parts = {"state": word}
    if now.why and width >= SHORT:
        parts["why"] = now.why
    if job:
        whole = f"{job.task.rpartition('/')[2]} no. {job.seed}"
        parts["task"] = title(job) if width >= SHORT else whole
        parts["step"] = f"step {now.step} of {now.budget}"
    if now.night:
        parts["night"] = f"{now.night.phase} {now.night.done:g}/{now.night.total:g}"
    if now.weights:
        parts["weights"] = f"weights {weights(now)}"
    parts["lamp"] = lamp(now.state)
    for name in ("why", "weights", "step", "task"):
        if len(" │ ".join(parts.values())) <= width:
            break
        parts.pop(name, None)
    return " │ ".join(parts.values())


def _recording(now: Status, width: int, at: float) -> str:
    """While a person is recorded: first goes the task, then what is kept out. Whether anything is
    kept now never goes."""
    tape, job = now.tape, now.job
    assert tape is not None
    hidden = "RECORDING, HIDDEN: nothing is kept" if tape.hidden else "RECORDING your hands"
    parts = {"state": hidden if tape.since else "RECORDING: not yet, the programs are opened"}
    if tape.since:
        parts["acts"] = f"{elapsed(at - tape.since)}, {now.step} acts"
    if tape.excluded:
        parts["excluded"] = f"excluded: {', '.join(tape.excluded)}"
    if job:
        parts["task"] = title(job)
    for name in ("task", "excluded", "acts"):
        if len(" │ ".join(parts.values())) <= width:
            break
        parts.pop(name, None)
    return " │ ".join(parts.values())
