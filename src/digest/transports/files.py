"""The `files` transport: a local outbox, one `.eml` per delivery or notification.

Handing over again is harmless: a file is named by its delivery, written under a temporary name and renamed, so it is
there whole or not at all. That is also how an attempt of a killed process is settled: what is there was taken.
"""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from email import message_from_binary_file, policy
from pathlib import Path
from threading import get_ident

from digest.delivery.description import EventSource, TransportDescription
from digest.delivery.handover import Answer, Batch, Note, Report
from digest.delivery.message import build_message, build_note
from digest.errors import NotAccepted, Refused
from digest.issue.edition import Edition
from digest.issue.greeting import greeting
from digest.issue.placeholders import fill
from digest.rendering.environment import Renderer

_OWNER = ".campaign"
_LISTED = 1000  # messages on the index page: more than anybody reads


def describe(directory: str) -> TransportDescription:
    """Describe the transport that writes into *directory*."""
    return TransportDescription(
        name="files",
        destination=f"into the folder {directory}",
        leaves_machine=False,
        one_by_one=False,
        has_evidence=True,
        events=EventSource.NONE,
        no_events="mail stays on this machine",
    )


class FilesTransport:
    """Writes each delivery as `DIRECTORY/ID.eml` and an index page to open in a browser; only the owner can read them.

    Args:
        directory: The folder of one campaign, or of all notifications; created at the first hand-over.
        campaign: Names the campaign beyond its database, so that another one's files are never taken for its own.
        renderer: For the index page.
        is_running: Whether a process of this number runs on this machine, or None if that is unknown.
    """

    def __init__(
        self, directory: Path, campaign: str, renderer: Renderer, is_running: Callable[[int], bool | None]
    ) -> None:
        self.description = describe(str(directory))
        self._directory = directory
        self._campaign = campaign
        self._renderer = renderer
        self._is_running = is_running

    def hand_over(self, batch: Batch, report: Report) -> Answer:  # noqa: ARG002 - answers for the whole batch
        """Write every message of *batch*.

        Raises:
            Refused: The folder can't be written, or holds the mails of another campaign.
            NotAccepted: The time was over before anything was written.
        """
        if time.monotonic() >= batch.until:
            raise NotAccepted("the time was over before anything was written")
        try:
            self._make_folder()
            self._claim_folder()
            for recipient in batch.recipients:
                message = build_message(batch.edition, recipient, batch.origin)
                self._write(self._path(recipient.delivery_id), message.as_bytes())
            self._write(self._directory / f"edition-{batch.edition.key}.html", self._without_reader(batch.edition))
            _sync_folder(self._directory)
        except OSError as error:
            raise self._unwritable(error) from error
        return Answer(message_id=None)

    def hand_over_note(self, note: Note) -> Answer:
        """Write one notification, under its id.

        Raises:
            Refused: The folder can't be written.
        """
        try:
            self._make_folder()
            self._write(self._path(note.notification_id), build_note(note).as_bytes())
            _sync_folder(self._directory)
        except OSError as error:
            raise self._unwritable(error) from error
        return Answer(message_id=None)

    def evidence(self, deliveries: Sequence[int]) -> frozenset[int]:
        """The deliveries whose file is there; none if the folder's files are of another campaign."""
        if self._owner() != self._campaign:
            return frozenset()
        return frozenset(delivery for delivery in deliveries if self._path(delivery).exists())

    def finish(self) -> None:
        """Write `index.html` over what lies in the outbox.

        Raises:
            Refused: The folder can't be written.
        """
        # a folder of notifications is nobody's campaign
        if self._directory.is_dir() and self._owner() in {None, self._campaign}:
            try:
                self._sweep()
                self._write_index()
            except OSError as error:
                raise self._unwritable(error) from error

    def _write_index(self) -> None:
        own = (path for path in self._directory.glob("*.eml") if path.stem.isdecimal())
        paths = sorted(own, key=lambda path: int(path.stem))
        page = self._renderer.render(
            "outbox/index.html",
            "en",
            messages=[_summary(path) for path in paths[:_LISTED]],
            count=len(paths),
            editions=[path.name for path in sorted(self._directory.glob("edition-*.html"))],
        )
        self._write(self._directory / "index.html", page.encode())

    def _make_folder(self) -> None:
        """Make the folder if needed; nobody but its owner can look into it, whatever it allowed before."""
        self._directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory.mkdir(exist_ok=True, mode=0o700)
        with suppress(PermissionError):  # of somebody else, who has allowed us to write
            self._directory.chmod(0o700)

    def _claim_folder(self) -> None:
        if self._owner() is None:
            self._write(self._directory / _OWNER, self._campaign.encode())
        elif self._owner() != self._campaign:
            raise Refused(
                f"the outbox {self._directory} holds the mails of another database's campaign: move it away, or name "
                "another folder in files.directory"
            )

    def _owner(self) -> str | None:
        try:
            return (self._directory / _OWNER).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _unwritable(self, error: OSError) -> Refused:
        return Refused(f"the outbox {self._directory} can't be written: {error.strerror or error}")

    def _without_reader(self, edition: Edition) -> bytes:
        hello = greeting("", edition.key.language, self._renderer)
        return fill(edition.html, edition.nonce, greeting=hello, unsubscribe_url="#", preferences_url="#").encode()

    def _path(self, delivery: int) -> Path:
        return self._directory / f"{delivery}.eml"

    def _sweep(self) -> None:
        # what a killed process was about to rename
        for part in self._directory.glob(".*"):
            process = part.suffix[1:].partition("-")[0]
            if process.isdigit() and self._is_running(int(process)) is False:
                part.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        # process and thread are in the name: two that write the same delivery must not share a temporary file
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
        try:
            with open(temporary, "wb", opener=_for_owner) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)  # a full disk has no room for half a message
            raise


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _summary(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=policy.default)
    return {"file": path.name, "to": str(message["To"]), "subject": str(message["Subject"])}


def _sync_folder(folder: Path) -> None:
    # without this a power cut could undo the renames
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
