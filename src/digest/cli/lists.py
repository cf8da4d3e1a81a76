"""`digest subscribers import | export`: lists as CSV files."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.options import CONFIG, Config, Exit, Json, parsed_date
from digest.cli.status_view import counted
from digest.cli.terminal.output import note, print_json, progress
from digest.errors import DigestError

if TYPE_CHECKING:
    from digest.pipeline.people.import_list import ListImportReport, RowReport
    from digest.pipeline.people.list_file import ListFile

_SHOWN = 20  # rows and columns printed; --report lists all of them
_UNLESS = "suppressed here unless they signed up here themselves"
_MEANING = {
    "added": "new subscribers",
    "updated": "already subscribed, updated from the list",
    "unchanged": "already subscribed, unchanged",
    "renewed": "already subscribed; their implied consent is renewed",
    "kept": "already subscribed, different in the list: unchanged (--update applies the list)",
    "duplicate": "appear earlier in this file",
    "lapsed": "implied consent has expired, and this list does not renew it",
    "left": "have unsubscribed: only they can subscribe again",
    "suppressed": "are suppressed (`digest suppressions list` shows why)",
    "unsubscribed_there": f"unsubscribed in the program that exported the list: {_UNLESS}",
    "cleaned_there": f"their mailbox rejected mail there: {_UNLESS}",
    "complained_there": f"reported mail as spam there: {_UNLESS}",
    "blocked_there": f"blocked in the program that exported the list: {_UNLESS}",
    "absent_there": "never confirmed, deactivated or deleted there: not added",
    "refused": "could not be read: fix these rows and import the list again",
}


def import_(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A CSV file with a header line; see docs/subscribers.md.")
    ],
    source: Annotated[
        str, typer.Option("--source", help="Where people gave consent, for rows that do not say.", metavar="TEXT")
    ] = "",
    date: Annotated[
        dt.date | None,
        typer.Option(
            "--date", parser=parsed_date, metavar="DATE", help="When people gave consent, for rows that do not say."
        ),
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Overwrite existing subscribers with what the list says.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen and change nothing.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE", help="Write the result of every row to FILE, as CSV.")
    ] = None,
    ignore_column: Annotated[
        list[str] | None,
        typer.Option("--ignore-column", metavar="NAME", help="Skip unclear values of this column; repeatable."),
    ] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Import subscribers from a CSV list.

    People who have unsubscribed stay unsubscribed. If a column may say who has unsubscribed, in words that digest does
    not know, the import stops before it writes anything. Check the column, then import with --ignore-column NAME: its
    unclear values are skipped, and the clear ones still count. If a row was refused, the exit code is 1.
    """
    from digest.bootstrap import open_digest
    from digest.pipeline.people.import_list import import_list
    from digest.pipeline.people.list_file import inspect

    digest = open_digest(config)
    rules = digest.row_rules(" ".join(source.split()), date, ignore_column or ())
    found = inspect(file)
    with (
        _rows_to(report) as each,
        found.open() as lines,
        progress(f"reading {file.name}", max(found.lines - 1, 0) or None) as advance,
    ):
        try:
            done = import_list(
                digest.database, lines, rules, update=update, dry_run=dry_run, progress=advance, each=each
            )
        except ValueError as error:
            raise DigestError(f"{file}:1: {error}") from error
    if as_json:
        print_json(_as_json(done, found, dry_run=dry_run))
    else:
        _show(done, found, dry_run=dry_run)
    raise typer.Exit(Exit.REFUSED if done.refused_rows else Exit.DONE)


@contextmanager
def _rows_to(report: Path | None) -> "Iterator[Callable[[RowReport], object]]":
    """Give a function that writes the result of each row to *report*; without one, it does nothing."""
    if report is None:
        yield lambda _row: None
        return
    import csv

    from digest.pipeline.new_file import free_or_refuse
    from digest.subscribers.lists.formulas import guarded, guarded_address

    free_or_refuse(report)
    report.touch(mode=0o600, exist_ok=False)
    rows = 0
    try:
        with report.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(("line", "email", "result", "why"))

            def write(row: "RowReport") -> None:
                nonlocal rows
                rows += 1
                writer.writerow((row.line, guarded_address(row.address), row.result.value, guarded(row.why)))

            yield write
    except BaseException:
        if not rows:  # the whole list was refused: the same command must work once it is fixed
            report.unlink()
        raise


def _as_json(done: "ListImportReport", found: "ListFile", *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "format": done.format,
        "encoding": found.encoding,
        "counts": dict(done.counts),
        "refused": [{"line": row.line, "address": row.written, "problems": list(row.problems)} for row in done.refused],
        "refused_rows": done.refused_rows,
        "duplicates": [{"line": row.line, "why": row.why} for row in done.duplicates],
        "short_rows": done.short_rows,
        "unused_columns": dict(done.unused),
        "tags_without_topic": dict(done.tags.most_common()),
    }


def _show(done: "ListImportReport", found: "ListFile", *, dry_run: bool) -> None:
    for line in _remarks(done, found):
        note(line)
    for row in done.refused[:_SHOWN]:
        note(f"{found.path}:{row.line}: {'; '.join(row.problems)}")
    for again in done.duplicates[:_SHOWN]:
        note(f"{found.path}:{again.line}: duplicate: {again.why or 'the same address as an earlier row'}")
    more = done.refused_rows + done.counts["duplicate"] - len(done.refused[:_SHOWN]) - len(done.duplicates[:_SHOWN])
    if more > 0:
        note(f"... and {more} more: --report FILE lists every row")
    if dry_run:
        typer.echo("dry run: nothing was changed; an import would give")
    counts = {**done.counts, **({"refused": done.refused_rows} if done.refused_rows else {})}
    for result, meaning in _MEANING.items():
        if counts.get(result):
            typer.echo(f"{counts[result]:>9}  {result:<18}  {meaning}")
    if not any(counts.values()):
        typer.echo("the list is empty")


def _remarks(done: "ListImportReport", found: "ListFile") -> "Iterator[str]":
    if done.format:
        yield f"read as an export of {done.format}"
    if done.silent:
        yield f"an export of {done.format} is incomplete: it lacks {done.silent}"
    if found.guessed:
        yield (
            f"{found.path}:{found.guessed}: not UTF-8, so the list was read as Windows-1252; "
            "if accents look wrong, save it as CSV UTF-8 and import it again with --update"
        )
    if done.unused:
        names = [f"`{name}`" + (f" (did you mean `{near}`?)" if near else "") for name, near in done.unused.items()]
        yield f"unused columns: {', '.join(names[:_SHOWN])}"
    if done.short_rows:
        rows = counted(done.short_rows, "row has", "rows have")
        yield f"{rows} fewer cells than the header: missing cells count as empty"
    if done.tags:
        words = [f"{tag!r} ({count})" for tag, count in done.tags.most_common(_SHOWN)]
        yield f"tags that match no topic, left out: {', '.join(words)}"


def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="The file to write; defaults to the terminal.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    everybody: Annotated[
        bool, typer.Option("--all", help="Include people who can't be mailed, marked in a column `status`.")
    ] = False,
    config: Config = CONFIG,
) -> None:
    """Export subscribers who can be mailed, as CSV.

    `digest subscribers import` reads the file."""
    import sys

    from digest.bootstrap import open_digest
    from digest.pipeline.new_file import new_file
    from digest.pipeline.people.lists import export_list

    database = open_digest(config).database
    if file is None:
        done = export_list(database, sys.stdout, everybody=everybody)
    else:
        with new_file(file, force=force) as part, part.open("w", encoding="utf-8", newline="") as out:
            done = export_list(database, out, everybody=everybody)
        note(f"{counted(done.people, 'subscriber')} written to {file}")
    if done.suppressed:
        note(f"left out: {done.suppressed} suppressed (--all includes them)")
