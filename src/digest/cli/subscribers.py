"""`digest subscribers import | export | list | show | add | erase`."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TextIO

import typer

from digest.cli.options import CONFIG, Address, Config, Exit, Json, parsed_address
from digest.cli.output import note, print_json, print_json_array, print_table, progress
from digest.errors import DigestError, NotFound

if TYPE_CHECKING:
    from digest.pipeline.lists import ImportReport

subscribers = typer.Typer(no_args_is_help=True, help="Subscribers: who gets the issue, and on which topics.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.add_typer(subscribers, name="subscribers")


@subscribers.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV with a header line; only `email` is required.")],
    source: Annotated[
        str, typer.Option("--source", help="Where the consent of rows that name no source comes from.")
    ] = "",
    date: Annotated[
        dt.datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Date of that consent.")
    ] = None,
    update: Annotated[
        bool, typer.Option("--update", help="Overwrite the preferences of people already there.")
    ] = False,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Add the people of a list; whoever has left is not brought back. Exit 1 if a row was refused."""
    from digest.bootstrap import open_digest
    from digest.pipeline.lists import import_list

    digest = open_digest(config)
    rules = digest.row_rules(source or file.name, date.date() if date else None)
    with _open(file) as lines, progress(f"reading {file.name}", None) as advance:
        try:
            report = import_list(digest.database, lines, rules, update=update, progress=advance)
        except UnicodeDecodeError as error:
            raise DigestError(f"{file}: not UTF-8 text: save the list as UTF-8; rows before it are in") from error
        except ValueError as error:
            raise DigestError(f"{file}:1: {error}") from error
    _show_report(report, file, as_json=as_json)
    raise typer.Exit(Exit.REFUSED if report.refused else Exit.DONE)


@contextmanager
def _open(file: Path) -> Iterator[TextIO]:
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            yield lines
    except OSError as error:
        raise DigestError(f"{file} can't be read: {error.strerror}") from error


def _show_report(report: "ImportReport", file: Path, *, as_json: bool) -> None:
    counts = {result.value: count for result, count in report.counts.items()}
    if as_json:
        refused = [{"line": row.line, "problems": list(row.problems)} for row in report.refused]
        print_json({"counts": counts, "refused": refused})
        return
    for row in report.refused:
        note(f"{file}:{row.line}: {'; '.join(row.problems)}")
    parts = [f"{count} {result}" for result, count in sorted(counts.items())]
    typer.echo(", ".join([*parts, f"{len(report.refused)} refused"]))


@subscribers.command(name="export")
def export(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to write; the terminal if left out.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Write every active subscriber as CSV, in the form that `import` reads."""
    import sys

    from digest.bootstrap import open_digest
    from digest.pipeline.lists import export_list

    digest = open_digest(config)
    if file is None:
        export_list(digest.database, sys.stdout)
        return
    # people's addresses: readable by their owner only, and there whole or not at all
    part = file.with_name(f".{file.name}.part")
    part.touch(mode=0o600)
    with part.open("w", encoding="utf-8", newline="") as out:
        count = export_list(digest.database, out)
    part.replace(file)
    note(f"{count} subscribers written to {file}")


@subscribers.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every subscriber, also those who have left."""
    from digest.bootstrap import open_digest
    from digest.pipeline.lists import rows_of

    rows = rows_of(open_digest(config).database)
    if as_json:
        print_json_array(rows)
    else:
        head = ("email", "name", "language", "state", "topics")
        print_table(head, ([_cell(row[column]) for column in head] for row in rows))


def _cell(value: object) -> str:
    return ";".join(value) if isinstance(value, list) else str(value or "")


@subscribers.command()
def show(address: Address, config: Config = CONFIG, as_json: Json = False) -> None:
    """Show what is known about one subscriber."""
    from digest.bootstrap import open_digest
    from digest.pipeline.lists import person

    digest = open_digest(config)
    row = person(digest.database, digest.identify(parsed_address(address)))
    if row is None:
        raise NotFound("there is no subscriber of that address")
    if as_json:
        print_json(row)
        return
    for key, value in row.items():
        typer.echo(f"{key:13} {_cell(value)}")


@subscribers.command()
def add(
    address: Address,
    name: Annotated[str, typer.Option("--name")] = "",
    language: Annotated[str, typer.Option("--language", help="The newsletter's first language if left out.")] = "",
    topic: Annotated[list[str] | None, typer.Option("--topic", metavar="SLUG", help="None: every topic.")] = None,
    no_match: Annotated[str, typer.Option("--no-match", help="`nothing` or `whole`.")] = "",
    source: Annotated[str, typer.Option("--source", help="Where their consent comes from.")] = "added by hand",
    config: Config = CONFIG,
) -> None:
    """Add one subscriber."""
    from digest.bootstrap import open_digest
    from digest.pipeline.lists import add_person
    from digest.subscribers.rows import read_person

    digest = open_digest(config)
    cells = {"email": address, "name": name, "language": language, "topics": ";".join(topic or [])}
    today = dt.datetime.now(dt.UTC).date()
    row = read_person(cells | {"no_match": no_match}, digest.row_rules(source, today))
    if row.person is None:
        raise typer.BadParameter("; ".join(row.problems))
    result = add_person(digest.database, row.person)
    typer.echo({"added": "added", "left": "not added: this person has left"}.get(result, f"not added: {result}"))
    raise typer.Exit(Exit.DONE if result in {"added", "unchanged"} else Exit.REFUSED)


@subscribers.command()
def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = CONFIG,
) -> None:
    """Forget a person: only a hash of the address stays, with the proof of consent. It can't be undone."""
    import sys

    from digest.bootstrap import open_digest
    from digest.pipeline.erasure import erase_address

    digest = open_digest(config)
    address_hash = digest.identify(parsed_address(address))
    if not yes:
        if not sys.stdin.isatty():
            raise typer.BadParameter("there is no terminal to ask on: add --yes")
        typer.confirm("Erase everything about this person, for good?", abort=True)
    if not erase_address(digest.database, digest.people, address_hash):
        raise NotFound("nothing is known of that address")
    typer.echo("erased")
