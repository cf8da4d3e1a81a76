"""`digest init`, `demo`, `topics`, `db upgrade`."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import CONFIG, Config, Json
from digest.cli.output import note, print_json, print_table

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
    """List the topics that subscribers can choose."""
    from digest.bootstrap import open_digest

    taxonomy = open_digest(config).taxonomy
    if as_json:
        print_json(
            [
                {"slug": t.slug, "name": dict(t.name), "group": t.group, "aliases": list(t.aliases)}
                for t in taxonomy.topics
            ]
        )
        return
    print_table(("topic", "name", "group"), [(t.slug, t.in_language("en"), t.group) for t in taxonomy.topics])


@db.command()
def upgrade(config: Config = CONFIG) -> None:
    """Bring the database's tables to this program's version; safe to repeat."""
    from digest.bootstrap import open_digest
    from digest.storage.database import revision_state
    from digest.storage.database import upgrade as upgrade_database

    url = open_digest(config).database_url
    before = revision_state(url)
    upgrade_database(url)
    note("the database was up to date already" if before == "current" else "the database is up to date now")
