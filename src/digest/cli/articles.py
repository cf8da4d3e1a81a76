"""`digest articles list | import`."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import CONFIG, Config, Exit, Json
from digest.cli.terminal.output import note, print_json, print_table
from digest.cli.terminal.program import Program

articles = Program(help="List articles, or import them from a blog.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.add_typer(articles, name="articles")


@articles.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every article, and whether its month is on the web.

    If an article's file can't be read, the exit code is 1."""
    from digest.bootstrap import open_digest
    from digest.pipeline.issue.published import on_the_web

    digest = open_digest(config)
    library, mailed = digest.library, on_the_web(digest.database)
    loaded = [library.load(month) for month in reversed(library.months())]
    found = [article for files in loaded for article in files.articles]
    if as_json:
        print_json(
            [
                {
                    "month": str(article.month),
                    "slug": article.slug,
                    "title": article.title,
                    "topics": list(article.topics),
                    "research_type": article.research_type,
                    "author": article.author,
                    "language": article.language,
                    "file": article.place.file,
                    "published": article.month in mailed,
                    "mailed": mailed.get(article.month, False),
                }
                for article in found
            ]
        )
    else:
        web = {month: "published" if is_mailed else "published, not mailed" for month, is_mailed in mailed.items()}
        rows = [(a.month, web.get(a.month, "-"), a.slug, a.title) for a in found]
        print_table(("month", "web", "slug", "title"), rows)
    errors = [error for files in loaded for error in files.errors]
    for error in errors:
        note(str(error))
    raise typer.Exit(Exit.REFUSED if errors else Exit.DONE)


@articles.command(name="import")
def import_(
    source: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="Saved pages of the blog (HTML or text), or folders of them."),
    ],
    topic: Annotated[
        list[str] | None, typer.Option("--topic", metavar="SLUG", help="A topic for every article found; repeatable.")
    ] = None,
    author: Annotated[str | None, typer.Option("--author", metavar="NAME", help="The author of the summaries.")] = None,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Create article files from saved pages of a blog.

    Safe to rerun: an article that exists gains topics, never a second file."""
    from digest.bootstrap import open_digest
    from digest.pipeline.issue.import_articles import import_articles

    digest = open_digest(config)
    report = import_articles(digest.library, digest.taxonomy, source, topics=topic or [], author=author)
    if as_json:
        print_json(
            {
                "created": list(report.created),
                "updated": list(report.updated),
                "unchanged": list(report.unchanged),
                "ordered": list(report.ordered),
                "errors": [str(error) for error in report.errors],
            }
        )
    else:
        for verb, names in (("created", report.created), ("updated", report.updated), ("unchanged", report.unchanged)):
            for name in names:
                typer.echo(f"{verb}  {name}")
        for month in report.ordered:
            typer.echo(f"ordered  {month}/issue.md, in the order of the page")
        for error in report.errors:
            note(str(error))
        typer.echo(f"{len(report.created)} created, {len(report.updated)} updated, {len(report.unchanged)} unchanged")
    raise typer.Exit(Exit.REFUSED if report.errors else Exit.DONE)
