"""Episodes as files for others: one HTML page with the film, or JSON lines with PNG pictures."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from PIL import Image as Pictures

from agent.film import film
from agent.past import Lived, step_json
from agent.report import write
from memory import atomic
from memory.cipher import foreign
from memory.episode import Episode
from memory.flags import Flag
from perception.observation import Image


def page(episode: Episode, folder: Path) -> Path:
    """One HTML page; returns its path."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{episode.id}.html"
    return write(path, f"Episode {episode.id}", (), [film(episode)], [episode.goal])


def lines(episode: Episode, flags: Mapping[int, Flag], folder: Path) -> Path:
    """A folder with steps.jsonl, episode.json and a PNG of each step; returns its path."""
    place = folder / episode.id
    place.mkdir(parents=True, exist_ok=True)
    rows = []
    for step in episode.steps:
        name = f"{step.index:03}.png"
        picture(step.observation.image, place / name)
        rows.append(step_json(step, flags.get(step.index)) | {"picture": name})
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    atomic.write_bytes(place / "steps.jsonl", text.encode())
    atomic.write_json(place / "episode.json", Lived(episode, len(rows), flags).as_json())
    return place


def picture(image: Image, path: Path) -> Path:
    """A frame as PNG."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(path) as draft:
        Pictures.fromarray(image).save(draft, "PNG")
    return path


def opened(path: Path) -> bool:
    """Open a file with the desktop's own viewer; False where there is none."""
    viewer = shutil.which("xdg-open") or shutil.which("open")
    if viewer is None or not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    quiet = subprocess.DEVNULL
    subprocess.Popen(
        [viewer, str(path)], env=foreign(), stdout=quiet, stderr=quiet, start_new_session=True
    )
    return True
