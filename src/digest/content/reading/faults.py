"""All the faults of one file, collected."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from digest.errors import ContentError, Place

_MOST = 20

T = TypeVar("T")


class ContentFaults(ContentError):
    """Several faults of one file; `errors` has each by itself, the place is that of the first."""

    def __init__(self, errors: Sequence[ContentError]) -> None:
        self.errors = tuple(errors)
        super().__init__(errors[0].place, errors[0].problem, errors[0].remedy)

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)


def each(error: ContentError) -> tuple[ContentError, ...]:
    """The individual faults of *error*."""
    return error.errors if isinstance(error, ContentFaults) else (error,)


class Faults:
    """Collects what is wrong with a file or folder, so that the editor reads it all at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._errors: list[ContentError] = []

    def add(self, line: int | None, problem: str, remedy: str = "") -> None:
        """Note a fault of the file itself."""
        self.note(Place(self.file, line), problem, remedy)

    def note(self, place: Place, problem: str, remedy: str) -> None:
        """Note a fault at another place."""
        self._errors.append(ContentError(place, problem, remedy))

    @property
    def errors(self) -> tuple[ContentError, ...]:
        """What was collected, in the order in which it was found."""
        return tuple(self._errors)

    def catch(self, read: Callable[[], T]) -> T | None:
        """The result of *read*, or None and its faults noted."""
        try:
            return read()
        except ContentError as error:
            self._errors.extend(each(error))
            return None

    def raise_if_any(self) -> None:
        """
        Raise what was collected, by line; after twenty, only the number of the rest.

        Raises:
            ContentError: There was one fault.
            ContentFaults: There were several.
        """
        errors = sorted(self._errors, key=lambda error: error.place.line or 0)
        if len(errors) > _MOST:
            rest = ContentError(Place(self.file), f"and {len(errors) - _MOST} more errors")
            errors = [*errors[:_MOST], rest]
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ContentFaults(errors)
