"""What is promised about the memory, said the same on the desk and by the verbs."""

from agent.config import Settings


def lines(settings: Settings, size: int, episodes: int) -> list[str]:
    """Where it is, how much, what is left out, how long it is kept."""
    hidden = ", ".join(settings.exclude)
    kept = settings.retention_days
    return [
        f"memory: {settings.store}",
        f"size: {_bytes(size)}, {episodes} episodes",
        f"blackened: {hidden or 'no window is excluded (setting exclude)'}",
        f"kept: {f'{kept} days' if kept else 'until you delete it (setting retention_days)'}",
        "stored: frames of the virtual desktop, and of what you record; acts, goals, ends",
        "nothing leaves this machine; secrets found are masked before the disk, not learned"
        if settings.redact
        else "nothing leaves this machine; SECRETS ARE KEPT (setting redact is off)",
        "deleted is gone for good; a level keeps it until a later one is promoted",
        "wipe all: dormouse stop --worker, then dormouse memory wipe",
    ]


def _bytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
