"""What has changed in the editor's files and settings since an issue was frozen."""

from digest.issue.sources import differences, is_setting, sources_of
from digest.pipeline.issue.files import Files
from digest.storage.issues import IssueRow

_UNNAMED = "files or settings changed"  # older versions stored one hash for everything, so the change has no name


def changes(files: Files, row: IssueRow, *, only_files: bool = False) -> tuple[str, ...]:
    """
    List what has changed since the issue of *row* was frozen, such as `articles/2026-11/x.md changed`, sorted by name.

    Args:
        only_files: Ignore changes of settings.
    """
    issue, errors = files.read(row.month)
    unreadable = {error.place.file for error in errors}
    if issue.source_hash == row.source_hash and not unreadable:
        return ()
    named = differences(row.sources, sources_of(issue)) if row.sources else ()
    kept = [one for one in named if one.rpartition(" ")[0] not in unreadable and not (only_files and is_setting(one))]
    found = (*kept, *(f"{file} has an error" for file in sorted(unreadable)))
    return found if found or only_files else (_UNNAMED,)
