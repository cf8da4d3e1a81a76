"""Starting a project: the configuration with fresh keys, and the folders."""

import re
import secrets
from pathlib import Path

from digest.bootstrap.resources import shipped
from digest.errors import Conflict
from digest.pipeline.new_file import new_file

_FRESH = re.compile(r"write-fresh-key *")
_IGNORED = "# subscribers are people: do not commit lists or databases\n*\n!.gitignore\n"


def start_project(directory: Path) -> Path:
    """
    Write `config.yaml` (readable by its owner only) and the folders `articles` and `subscribers`.

    Returns:
        The configuration's path.

    Raises:
        Conflict: A configuration exists already; nothing is changed.
    """
    path = directory / "config.yaml"
    if path.exists():
        raise Conflict(f"{path} already exists and was not changed")
    (directory / "articles").mkdir(parents=True, exist_ok=True)
    subscribers = directory / "subscribers"
    subscribers.mkdir(exist_ok=True, mode=0o700)
    if not (subscribers / ".gitignore").exists():
        _write(subscribers / ".gitignore", _IGNORED)
    example = shipped("config.example.yaml").read_text(encoding="utf-8")
    _write(path, _FRESH.sub(lambda _: secrets.token_hex(32) + "  ", example))
    return path


def _write(path: Path, text: str) -> None:
    with new_file(path, force=False) as part:
        part.write_text(text, encoding="utf-8")
