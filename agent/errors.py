"""Which errors are the operator's to mend, and the exit code that says so."""

import errno

USAGE = 2
MISSING = 3
INTERRUPTED = 130


class BadInput(ValueError):  # noqa: N818 - named for what the operator gave
    """What was asked cannot be done as asked; the message says what can."""


class Needed(RuntimeError):  # noqa: N818 - named for what is missing
    """Something needed is missing or damaged; the message names the mend."""


def exit_code(error: Exception) -> int | None:
    """The exit code for an error with a sentence for the operator; None for a defect of ours."""
    from actuation.desktop import DesktopError
    from agent.stop import Interrupted
    from memory.cipher import LockedError
    from memory.sleep.lock import AlreadyAsleepError
    from memory.store import StillOpenError, StoreError
    from tasks.outside import NoTaskError

    if isinstance(error, Interrupted):
        return INTERRUPTED
    if isinstance(error, BadInput | StillOpenError | NoTaskError):
        return USAGE
    if isinstance(error, Needed | DesktopError | StoreError | LockedError | AlreadyAsleepError):
        return MISSING
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EROFS, errno.EACCES):
        return MISSING
    return None
