"""`digest init`, `demo`, `topics`, `db upgrade | backup | restored`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import CONFIG, Config, Exit, Json
from digest.cli.status_view import counted
from digest.cli.terminal.output import note, print_json, print_table, progress
from digest.cli.terminal.program import Program

db = Program(help="Upgrade, back up and restore the database.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(init)
    app.command()(demo)
    app.command()(topics)
    app.add_typer(db, name="db")


def init(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to set up; created if needed.")] = Path(),
) -> None:
    """Set up a project: config.yaml with new keys, and folders."""
    from digest.bootstrap.project import start_project

    written = start_project(directory)
    typer.echo(
        f"wrote {written}: fill in who sends the newsletter, then put articles into {written.parent / 'articles'}"
    )


def demo(
    directory: Annotated[
        Path, typer.Argument(metavar="DIR", help="The folder; an earlier demo in it is replaced.")
    ] = Path("digest-demo"),
) -> None:
    """Run one month on sample data, without any account."""
    from digest.bootstrap.demo import run_demo

    run_demo(directory, say=typer.echo)


def topics(config: Config = CONFIG, as_json: Json = False) -> None:
    """List the topics and how many subscribers chose each."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.topics import topic_counts

    digest = open_digest(config)
    counts = topic_counts(digest.database, digest.taxonomy)
    if as_json:
        print_json(
            [
                {
                    "slug": one.topic.slug,
                    "name": dict(one.topic.name),
                    "group": one.topic.group,
                    "aliases": list(one.topic.aliases),
                    "chosen_by": one.chosen_by,
                    "reaches": one.reaches,
                }
                for one in counts
            ]
        )
        return
    head = ("topic", "name", "group", "chosen by", "reaches")
    rows = [(c.topic.slug, c.topic.in_language("en"), c.topic.group, c.chosen_by, c.reaches) for c in counts]
    print_table(head, rows)


@db.command()
def upgrade(config: Config = CONFIG) -> None:
    """Upgrade the database to this version of digest.

    Safe to repeat."""
    from digest.bootstrap import open_digest
    from digest.storage.db.database import revision_state
    from digest.storage.db.database import upgrade as upgrade_database

    url = open_digest(config).database_url
    before = revision_state(url)
    upgrade_database(url)
    note("the database was already up to date" if before == "current" else "the database is now up to date")


@db.command()
def backup(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="The copy to write; with PostgreSQL, the dump to check.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it exists.")] = False,
    config: Config = CONFIG,
) -> None:
    """Back up the database while it is in use.

    digest copies a SQLite database and checks the copy. With PostgreSQL, it prints the `pg_dump` command to run; run
    the same digest command again to check the dump."""
    from digest.bootstrap import open_digest
    from digest.pipeline.upkeep.backup import check_dump, copies_itself, copy, dump_command

    url = open_digest(config).database_url
    if copies_itself(url):
        with progress("copying", None) as advance:
            size = copy(url, file, force=force, progress=_increments(advance))
        note(f"{file}: {size:,} bytes, a consistent copy, checked")
    elif file.exists():
        note(f"{file}: the dump is complete: data of {check_dump(file)} tables, read to the end")
    else:
        note("PostgreSQL makes its own backups. Run this command, then rerun the digest command to check the dump:")
        typer.echo(dump_command(url, file))
        raise typer.Exit(Exit.UNFINISHED)


def _increments(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    reported = 0

    def tell(done: int, _whole: int) -> None:
        nonlocal reported
        advance(done - reported)
        reported = done

    return tell


@db.command()
def restored(config: Config = CONFIG) -> None:
    """Repair the database after restoring a backup.

    Everyone who was erased after the backup is erased again, and the campaign that was being sent is held."""
    import secrets

    from digest.bootstrap import open_digest
    from digest.pipeline.upkeep.restore import repair_restored

    digest = open_digest(config)
    name = secrets.token_hex(8)
    done = repair_restored(digest.database, digest.erasures, name=name, high_water=digest.high_water)
    note(f"{counted(done.erased, 'person', 'people')} erased again" if done.erased else "no erasure had to be repeated")
    for month in done.held:
        note(
            f"{month} is held: anyone mailed after the backup is pending again and would get it twice; "
            "see docs/sending.md"
        )
    if done.missing:
        requests = "request" if done.missing == 1 else f"{done.missing} requests"
        note(
            f"the database has no record of the last {requests} to the provider: check there who got which issue "
            "before you send or resume anything; see docs/sending.md"
        )
