"""What the pages read of memory: episodes, nights, levels. Reading only; the worker writes."""

from dataclasses import dataclass
from pathlib import Path

from agent.config import Settings
from agent.past import Lived
from memory.amend import DEMONSTRATION, RECORDING
from memory.episode import Episode
from memory.flags import Flag
from memory.levels import Level, Levels
from memory.sleep.log import NightRecord, nights
from memory.store import Store


@dataclass(frozen=True)
class Library:
    """Call it from any thread; each call opens the file for itself. Raises StoreError, ValueError
    or KeyError, each with a sentence."""

    settings: Settings

    def episodes(self) -> list[Episode]:
        """Heads, newest first."""
        return [lived.head for lived in self.lived()]

    def lived(self, provenance: str | None = None) -> list[Lived]:
        """Heads with their lengths and flags, newest first."""
        if not self.settings.store.exists():
            return []
        with Store(self.settings.store) as store:
            lengths, flags = store.lengths(), store.flagged()
            return [
                Lived(head, lengths.get(head.id, 0), flags.get(head.id, {}))
                for head in store.episodes(provenance)[::-1]
            ]

    def demonstrations(self) -> list[Lived]:
        """Recordings that wait for a person's yes first, then what was shown; newest first."""
        return [*self.lived(RECORDING), *self.lived(DEMONSTRATION)]

    def episode(self, name: str) -> Episode:
        """One with all its steps and frames."""
        with Store(self.settings.store) as store:
            return store.episode(name)

    def flags(self, name: str) -> dict[int, Flag]:
        """What the operator said of an episode's steps."""
        with Store(self.settings.store) as store:
            return store.flags(name)

    def nights(self) -> list[NightRecord]:
        """Newest first."""
        return nights(self.settings.nights)[::-1]

    def lineage(self) -> list[Level]:
        """The live level, its parent, and so on."""
        return Levels(self.settings.levels).lineage()

    def learned(self) -> set[str]:
        """Ids of the episodes that the live level has learned from."""
        live = Levels(self.settings.levels).live_level()
        return set(live.episodes) if live else set()

    def level_of(self, night: str) -> str:
        """Id of the level that a night made, "" where it made none."""
        return next(
            (path.parent.name for path in self.settings.levels.glob(f"{night}-*/record.json")), ""
        )

    def night_page(self, record: NightRecord) -> Path:
        """The night's HTML log."""
        return self.settings.nights / record.night / "night.html"

    def log(self, lines: int = 200) -> list[str]:
        """The end of the worker's log."""
        path = self.settings.run / "worker.log"
        if not path.exists():
            return []
        return path.read_text(errors="replace").splitlines()[-lines:]

    def size(self) -> int:
        """Bytes of the memory on disk."""
        path = self.settings.store
        files = (path, path.with_name(path.name + "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())
