"""`digest init`, `demo`, `topics`, `db upgrade | backup | restored`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import CONFIG, Config, Exit, Json
from digest.cli.terminal.output import note, print_json, print_table, progress

db = typer.Typer(no_args_is_help=True, help="The database.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(init)
    app.command()(demo)
    app.command()(topics)
    app.add_typer(db, name="db")


def init(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to start; made if needed.")] = Path(),
) -> None:
    """Write config.yaml with fresh keys, and the folders."""
    from digest.bootstrap.project import start_project

    written = start_project(directory)
    typer.echo(f"wrote {written}: fill in who sends the mail, then put articles under {written.parent / 'articles'}")


def demo(
    directory: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where to run it; made anew.")] = Path(
        "digest-demo"
    ),
) -> None:
    """Run one whole month on sample data, without network or account."""
    from digest.bootstrap.demo import run_demo

    run_demo(directory, say=typer.echo)


def topics(config: Config = CONFIG, as_json: Json = False) -> None:
    """List the topics that subscribers can choose, and how many did."""
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
    """Bring the database's tables to this program's version; safe to repeat."""
    from digest.bootstrap import open_digest
    from digest.storage.db.database import revision_state
    from digest.storage.db.database import upgrade as upgrade_database

    url = open_digest(config).database_url
    before = revision_state(url)
    upgrade_database(url)
    note("the database was up to date already" if before == "current" else "the database is up to date now")


@db.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The copy to make; with PostgreSQL, the dump to check.")],
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there already.")] = False,
    config: Config = CONFIG,
) -> None:
    """Copy the database while it is in use, and check the copy. With PostgreSQL: say how, and check the dump."""
    from digest.bootstrap import open_digest
    from digest.pipeline.upkeep.backup import check_dump, copies_itself, copy, dump_command

    url = open_digest(config).database_url
    if copies_itself(url):
        with progress("copying", None) as advance:
            size = copy(url, file, force=force, progress=_increments(advance))
        note(f"{file}: {size:,} bytes, one moment of the database, checked")
    elif file.exists():
        note(f"{file}: the data of {check_dump(file)} tables, read to the end: the dump is whole")
    else:
        note("PostgreSQL makes its own backups. Run this, and then the same digest command again to check the dump:")
        typer.echo(dump_command(url, file))
        raise typer.Exit(Exit.UNFINISHED)


def _increments(advance: Callable[[int], None]) -> Callable[[int, int], None]:
    told = 0

    def tell(done: int, _whole: int) -> None:
        nonlocal told
        advance(done - told)
        told = done

    return tell


@db.command()
def restored(config: Config = CONFIG) -> None:
    """After a backup was put back: erase again who was erased since it was made, and hold what was being sent."""
    import secrets

    from digest.bootstrap import open_digest
    from digest.pipeline.upkeep.restore import put_right

    digest = open_digest(config)
    name = secrets.token_hex(8)
    done = put_right(digest.database, digest.erasures, name=name, high_water=digest.high_water)
    note(f"{done.erased} erased again" if done.erased else "nobody had to be erased again")
    for month in done.held:
        note(f"{month} is held: whoever was mailed after the backup was made waits again; see docs/sending.md")
    if done.missing:
        requests = "1 request" if done.missing == 1 else f"{done.missing} requests"
        note(
            f"the database knows nothing of the last {requests} to the provider: find out there who was mailed which "
            "issue before you send or resume anything; see docs/sending.md"
        )
