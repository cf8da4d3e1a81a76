"""The folder of an export: a new version is built beside the old one, and takes its place in one step."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from digest.errors import ConfigError, Conflict

CURRENT = "current"
_MARKER = "digest-export.json"
_VERSIONS = "versions"
_SITE = "site"
_MANIFEST = "files.json"
_FORMAT = {"written by": "digest archive export", "format": 1}


@dataclass
class SiteVersion:
    """A version of the site that is being written.

    Attributes:
        folder: Of its files.
        before: Of the version that is online; None if there is none.
        known: SHA-256 of the files of that version, by name.
        hashes: SHA-256 of the files of this one.
        written: How many files are new or changed.
    """

    folder: Path
    before: Path | None
    known: Mapping[str, str]
    hashes: dict[str, str] = field(default_factory=dict)
    written: int = 0

    def put(self, name: str, content: bytes) -> None:
        """Write a file, or take it over from the version before if it is the same."""
        file = self._new(name)
        old = self.before / name if self.before else None
        if old is not None and _has(old, content):
            _take_over(old, file)
        else:
            file.write_bytes(content)
            self.written += 1
        self.hashes[name] = _hash(content)

    def has(self, name: str, content: bytes) -> bool:
        """Whether the version before has this file with this content."""
        return self.before is not None and _has(self.before / name, content)

    def keep(self, name: str) -> bool:
        """Take over a file from the version before; whether it has one, as it was written."""
        old = self.before / name if self.before else None
        if old is None or not old.is_file() or _hash(old.read_bytes()) != self.known.get(name):
            return False
        _take_over(old, self._new(name))
        self.hashes[name] = self.known[name]
        return True

    def _new(self, name: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        return file


@dataclass(frozen=True)
class FileChanges:
    """What an export changed: how many files are new or changed, how many stayed, how many are gone."""

    written: int
    unchanged: int
    removed: int


class ExportFolder:
    """The folder that the export belongs to, as long as it is open.

    `current` is a link to the version that is online, so that a version takes the place of another in one step: a
    process that is killed leaves the old one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions = folder / _VERSIONS

    @property
    def current(self) -> Path:
        """The link that a web server serves."""
        return self._folder / CURRENT

    def new_version(self) -> SiteVersion:
        """Begin a version; what a killed export has left is deleted."""
        online = self._online()
        self._delete_others(online)
        number = max((int(path.name) for path in self._all()), default=0) + 1
        folder = self._versions / str(number) / _SITE
        folder.mkdir(parents=True)
        return SiteVersion(folder, online / _SITE if online else None, self.manifest())

    def publish(self, version: SiteVersion) -> FileChanges:
        """Let the version take the place of the one before, which stays until the next export."""
        home = version.folder.parent
        manifest = json.dumps(version.hashes, indent=1, sort_keys=True, ensure_ascii=False)
        (home / _MANIFEST).write_text(manifest + "\n", encoding="utf-8")
        os.sync()  # a power cut after the next step must not find empty files
        link = self._folder / f".{CURRENT}"
        link.unlink(missing_ok=True)
        link.symlink_to(Path(_VERSIONS, home.name, _SITE), target_is_directory=True)
        link.replace(self.current)
        gone = len(version.known.keys() - version.hashes.keys())
        return FileChanges(version.written, len(version.hashes) - version.written, gone)

    def manifest(self) -> dict[str, str]:
        """SHA-256 of every file of the version that is online, by its name; empty if there is none."""
        online = self._online()
        if online is None:
            return {}
        try:
            found: dict[str, str] = json.loads((online / _MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _online(self) -> Path | None:
        if not self.current.is_symlink():
            return None
        home = self.current.resolve().parent
        return home if home.is_dir() and home.parent == self._versions.resolve() else None

    def _all(self) -> Iterator[Path]:
        return (path for path in self._versions.iterdir() if path.name.isdecimal())

    def _delete_others(self, online: Path | None) -> None:
        self._versions.mkdir(exist_ok=True)
        for path in list(self._all()):
            if online is None or path.resolve() != online:
                shutil.rmtree(path)


@contextmanager
def open_folder(folder: Path) -> Iterator[ExportFolder]:
    """Open the folder for one export, and make it if there is none.

    Raises:
        ConfigError: It has files that no export has written.
        Conflict: Another export is writing to it.
    """
    marker = folder / _MARKER
    if not marker.is_file():
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ConfigError(f"{folder} is not empty and not an export: choose a new folder")
        folder.mkdir(parents=True, exist_ok=True)
        marker.write_text(json.dumps(_FORMAT) + "\n", encoding="utf-8")
    with marker.open("r+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"another export is writing to {folder}: wait until it has finished") from None
        yield ExportFolder(folder)


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _has(file: Path, content: bytes) -> bool:
    try:
        return file.stat().st_size == len(content) and file.read_bytes() == content
    except OSError:
        return False


def _take_over(old: Path, new: Path) -> None:
    """The same file under a second name; a copy where the file system has only one name for a file."""
    try:
        new.hardlink_to(old)
    except OSError:
        shutil.copy2(old, new)
