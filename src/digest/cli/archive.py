"""`digest archive export`."""

from pathlib import Path
from typing import Annotated

import typer

from digest.cli.options import CONFIG, Config, Json
from digest.cli.terminal.output import note, print_json, progress
from digest.cli.terminal.program import Program

archive = Program(help="Export the archive.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.add_typer(archive, name="archive")


def _site_address(text: str) -> str:
    from digest.config.models import site_address

    return site_address(text)


@archive.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of the export; created if needed.")],
    url: Annotated[
        str | None,
        typer.Option(
            "--url",
            parser=_site_address,
            metavar="URL",
            help="Address of the export; default: base_url.",
            show_default=False,
        ),
    ] = None,
    subscribe: Annotated[
        bool, typer.Option("--subscribe/--no-subscribe", help="Link to the forms of the running site.")
    ] = True,
    search: Annotated[bool, typer.Option("--search/--no-search", help="Include a search, made by Pagefind.")] = True,
    config: Config = CONFIG,
    as_json: Json = False,
) -> None:
    """Export the public site as files for a static host.

    DIR/current links to the newest version: serve or upload that folder. A later export writes only what changed.
    Until it is complete, the old version stays."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.sites import export_archive

    digest = open_digest(config)
    with progress("exporting", None) as advance:
        done = export_archive(
            digest, directory, url=url, forms=subscribe, searchable=search, advance=lambda more, _: advance(more)
        )
    changes = done.changes
    if as_json:
        print_json(
            {
                "folder": str(done.current),
                "files": done.files,
                "written": changes.written,
                "unchanged": changes.unchanged,
                "removed": changes.removed,
                "missing": list(done.missing),
            }
        )
        return
    for path in done.missing:
        note(f"pages link to {path}, which does not exist")
    typer.echo(
        f"{done.current}: {done.files} files; {changes.written} written, {changes.unchanged} unchanged, "
        f"{changes.removed} removed"
    )
