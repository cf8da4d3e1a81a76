"""`digest subscribers import | export | list | show | add | edit | unsubscribe | erase`."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import typer

from digest.cli import lists
from digest.cli.options import CONFIG, Address, Config, Exit, Json, parsed_address, parsed_date
from digest.cli.terminal.confirm import confirm
from digest.cli.terminal.output import print_json, print_json_array, print_table
from digest.cli.terminal.program import Program
from digest.errors import NotFound

_RESULTS = {
    "added": "added",
    "unchanged": "already subscribed, unchanged",
    "kept": "not changed: already subscribed with other preferences (`digest subscribers edit` changes them)",
    "left": "not added: this person has unsubscribed, and can only sign up again themselves, on the site",
    "suppressed": "not added: this address is suppressed (`digest suppressions list` shows why)",
}

subscribers = Program(help="Import, list, show, change and erase subscribers.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.add_typer(subscribers, name="subscribers")


subscribers.command(name="import")(lists.import_)
subscribers.command(name="export")(lists.export)


@subscribers.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every subscriber, including those who have left."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.lists import rows_of

    rows = rows_of(open_digest(config).database)
    if as_json:
        print_json_array(rows)
    else:
        head = ("email", "name", "language", "state", "topics")
        print_table(head, ([_shown(row, column) for column in head] for row in rows))


def _shown(row: Mapping[str, object], column: str) -> str:
    if column == "state" and row["state"] == "suppressed":
        return f"suppressed ({row['suppression']})"
    return _cell(row[column])


def _cell(value: object) -> str:
    return ";".join(value) if isinstance(value, list) else str(value or "")


@subscribers.command()
def show(address: Address, config: Config = CONFIG, as_json: Json = False) -> None:
    """Show the data kept about one subscriber."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.lists import person
    from digest.rendering.words import one_line

    digest = open_digest(config)
    row = person(digest.database, digest.identify(parsed_address(address)))
    if row is None:
        raise NotFound("no subscriber has that address: check its spelling with `digest subscribers list`")
    if as_json:
        print_json(row)
        return
    deliveries = row.pop("deliveries")
    for key in row:
        if key != "suppression":
            typer.echo(f"{key:13} {_shown(row, key)}")
    for one in deliveries:
        reason = f", {one_line(one['reason'])}" if one["reason"] else ""
        typer.echo(f"{'delivery':13} {one['month']} {one['state'].replace('_', ' ')}{reason}")


@subscribers.command()
def add(
    address: Address,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Their name.")] = "",
    language: Annotated[
        str, typer.Option("--language", metavar="CODE", help="Defaults to the newsletter's first language.")
    ] = "",
    topic: Annotated[
        list[str] | None,
        typer.Option("--topic", metavar="SLUG", help="A topic they chose; repeatable. Without it: every topic."),
    ] = None,
    no_match: Annotated[
        str,
        typer.Option("--no-match", metavar="CHOICE", help="Issue without a matching article: `nothing` or `whole`."),
    ] = "",
    source: Annotated[str, typer.Option("--source", metavar="TEXT", help="Where they gave consent.")] = "added by hand",
    date: Annotated[
        dt.date | None,
        typer.Option("--date", parser=parsed_date, metavar="DATE", help="When they gave consent; defaults to today."),
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Add one subscriber."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.lists import add_person
    from digest.subscribers.lists.formats import Field
    from digest.subscribers.lists.rows import read_person

    digest = open_digest(config)
    cells = {
        Field.EMAIL: address,
        Field.NAME: name,
        Field.LANGUAGE: language,
        Field.TOPICS: ";".join(topic or []),
        Field.NO_MATCH: no_match,
        Field.SOURCE: source,
    }
    row = read_person(cells, digest.row_rules(source, date or dt.datetime.now(dt.UTC).date()))
    if row.person is None:
        raise typer.BadParameter("; ".join(row.problems))
    result = add_person(digest.database, row.person)
    typer.echo(_RESULTS.get(result, f"not added: {result}"))
    raise typer.Exit(Exit.DONE if result in {"added", "unchanged"} else Exit.REFUSED)


@subscribers.command()
def edit(
    address: Address,
    new_address: Annotated[str | None, typer.Option("--address", metavar="NEW", help="Their new address.")] = None,
    name: Annotated[str | None, typer.Option("--name", metavar="NAME", help="Their name.")] = None,
    language: Annotated[str | None, typer.Option("--language", metavar="CODE", help="Their language.")] = None,
    topics: Annotated[
        str | None, typer.Option("--topics", metavar="SLUGS", help="Separated by `;`. Empty: every topic.")
    ] = None,
    pause: Annotated[
        str | None, typer.Option("--pause", metavar="MONTH", help="First month to mail again. Empty: no pause.")
    ] = None,
    no_match: Annotated[
        str | None,
        typer.Option("--no-match", metavar="CHOICE", help="Issue without a matching article: `nothing` or `whole`."),
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Change one subscriber.

    --address is for people who have lost their old mailbox. First make sure that the request comes from them. digest
    refuses it if another subscriber has the new address, if that address is suppressed, or if this person is
    suppressed for another reason than bounces of the old mailbox. Unless the old address is suppressed, it gets a
    notice with a link that undoes the move for 7 days.
    """
    from digest.bootstrap import open_digest
    from digest.pipeline.people.edit import edit_person
    from digest.subscribers.edits import read_edit
    from digest.subscribers.lists.fields import Field

    given = {
        Field.EMAIL: new_address,
        Field.NAME: name,
        Field.LANGUAGE: language,
        Field.TOPICS: topics,
        Field.NO_MATCH: no_match,
        Field.PAUSED_UNTIL: pause,
    }
    wanted = {column: text for column, text in given.items() if text is not None}
    if not wanted:
        raise typer.BadParameter("say what to change: --address, --name, --language, --topics, --pause or --no-match")
    digest = open_digest(config)
    try:
        change = read_edit(wanted, digest.taxonomy, digest.newsletter.languages)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    old, new = edit_person(digest.database, digest.identify, digest.identify(parsed_address(address)), change)
    typer.echo("nothing was changed" if old == new else "changed")


@subscribers.command()
def unsubscribe(address: Address, config: Config = CONFIG) -> None:
    """Unsubscribe one person.

    Afterwards, only they can subscribe again."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.subscribe import unsubscribe as unsubscribe_person

    digest = open_digest(config)
    done = unsubscribe_person(digest.database, digest.identify(parsed_address(address)))
    typer.echo("unsubscribed" if done else "already unsubscribed: nothing was changed")


@subscribers.command()
def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Skip the confirmation.")] = False,
    config: Config = CONFIG,
) -> None:
    """Erase a person permanently.

    Only a hash of the address is kept, with the proof of consent. This can't be undone."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.erasure import erase_address

    digest = open_digest(config)
    address_hash = digest.identify(parsed_address(address))
    if not yes:
        confirm("Permanently erase everything about this person?")
    if not erase_address(digest.database, digest.people, address_hash):
        raise NotFound("no data is kept about that address: check its spelling")
    typer.echo("erased")
