"""The `files` transport: a local outbox, one `.eml` per delivery or notification.

Handing over again is harmless: each file is named after its delivery, written under a temporary name and renamed, so it
exists completely or not at all. An attempt of a killed process is settled in the same way: a file is proof.
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
_LISTED = 1000  # messages on the index page


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
    """Writes each delivery to `DIRECTORY/ID.eml`, and an index page. Only the owner can read them.

    Args:
        directory: The folder of one campaign, or of all notifications; created at the first hand-over.
        campaign: A name of the campaign that no other database uses, so that foreign files are never evidence.
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

    def hand_over(self, batch: Batch, report: Report) -> Answer:  # noqa: ARG002 - the answer is about the whole batch
        """Write every message of *batch*.

        Raises:
            Refused: The folder can't be written to, or belongs to another campaign.
            NotAccepted: The deadline passed before anything was written.
        """
        if time.monotonic() >= batch.until:
            raise NotAccepted("timed out before anything was written")
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
            Refused: The folder can't be written to.
        """
        try:
            self._make_folder()
            self._write(self._path(note.notification_id), build_note(note).as_bytes())
            _sync_folder(self._directory)
        except OSError as error:
            raise self._unwritable(error) from error
        return Answer(message_id=None)

    def evidence(self, deliveries: Sequence[int]) -> frozenset[int]:
        """Return the deliveries whose file exists; none if the folder belongs to another campaign."""
        if self._owner() != self._campaign:
            return frozenset()
        return frozenset(delivery for delivery in deliveries if self._path(delivery).exists())

    def finish(self) -> None:
        """Write `index.html`, a list of the mails in the folder.

        Raises:
            Refused: The folder can't be written to.
        """
        # a folder of notifications belongs to no campaign
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
        """Create the folder if needed, and let only its owner read it, whatever its mode was."""
        self._directory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._directory.mkdir(exist_ok=True, mode=0o700)
        with suppress(PermissionError):  # it belongs to another account that lets us write
            self._directory.chmod(0o700)

    def _claim_folder(self) -> None:
        if self._owner() is None:
            self._write(self._directory / _OWNER, self._campaign.encode())
        elif self._owner() != self._campaign:
            raise Refused(
                f"the outbox {self._directory} belongs to a campaign of another database: move it away, or set "
                "files.directory to another folder"
            )

    def _owner(self) -> str | None:
        try:
            return (self._directory / _OWNER).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError):
            return None

    def _unwritable(self, error: OSError) -> Refused:
        return Refused(f"the outbox {self._directory} can't be written to: {error.strerror or error}")

    def _without_reader(self, edition: Edition) -> bytes:
        hello = greeting("", edition.key.language, self._renderer)
        return fill(edition.html, edition.nonce, greeting=hello, unsubscribe_url="#", preferences_url="#").encode()

    def _path(self, delivery: int) -> Path:
        return self._directory / f"{delivery}.eml"

    def _sweep(self) -> None:
        # temporary files of killed processes
        for part in self._directory.glob(".*"):
            process = part.suffix[1:].partition("-")[0]
            if process.isdigit() and self._is_running(int(process)) is False:
                part.unlink(missing_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        # the name contains process and thread, so that two that write the same delivery use different files
        temporary = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
        try:
            with open(temporary, "wb", opener=_for_owner) as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)  # on a full disk, half a message only takes up room
            raise


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _summary(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        message = message_from_binary_file(file, policy=policy.default)
    return {"file": path.name, "to": str(message["To"]), "subject": str(message["Subject"])}


def _sync_folder(folder: Path) -> None:
    # without this, a power failure could undo the renames
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
