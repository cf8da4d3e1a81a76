"""`digest subscribers import | export | list | show | add | edit | unsubscribe | erase`."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated

import typer

from digest.cli import lists
from digest.cli.options import CONFIG, Address, Config, Exit, Json, parsed_address
from digest.cli.terminal.confirm import ask
from digest.cli.terminal.output import print_json, print_json_array, print_table
from digest.errors import NotFound

_RESULTS = {
    "added": "added",
    "unchanged": "is there already",
    "kept": "not changed: is there already with other preferences; `subscribers import --update` overwrites them",
    "left": "not added: this person has left, and only they can return: on the site, by signing up again",
    "suppressed": "not added: this address must not be mailed",
}

subscribers = typer.Typer(no_args_is_help=True, help="Subscribers: who gets the issue, and on which topics.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.add_typer(subscribers, name="subscribers")


subscribers.command(name="import")(lists.import_)
subscribers.command(name="export")(lists.export)


@subscribers.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every subscriber, also those who have left."""
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
    """Show what is known about one subscriber."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.lists import person
    from digest.rendering.words import one_line

    digest = open_digest(config)
    row = person(digest.database, digest.identify(parsed_address(address)))
    if row is None:
        raise NotFound("there is no subscriber of that address")
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
    name: Annotated[str, typer.Option("--name")] = "",
    language: Annotated[str, typer.Option("--language", help="The newsletter's first language if left out.")] = "",
    topic: Annotated[list[str] | None, typer.Option("--topic", metavar="SLUG", help="None: every topic.")] = None,
    no_match: Annotated[str, typer.Option("--no-match", help="`nothing` or `whole`.")] = "",
    source: Annotated[str, typer.Option("--source", help="Where their consent comes from.")] = "added by hand",
    date: Annotated[
        dt.datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="When they agreed; today if left out.")
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
    row = read_person(cells, digest.row_rules(source, date.date() if date else dt.datetime.now(dt.UTC).date()))
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
        str | None, typer.Option("--no-match", metavar="CHOICE", help="Without a match: `nothing` or `whole`.")
    ] = None,
    config: Config = CONFIG,
) -> None:
    """Change one subscriber.

    --address is for people who have lost their old mailbox. Make sure first that the request is theirs. It is refused
    if another subscriber has the new address, or if that address is suppressed; also if this person is suppressed,
    unless it is because the old mailbox bounced.
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
    """Unsubscribe one person. Only they can come back."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.subscribe import unsubscribe as unsubscribe_person

    digest = open_digest(config)
    done = unsubscribe_person(digest.database, digest.identify(parsed_address(address)))
    typer.echo("unsubscribed" if done else "had left before: nothing was changed")


@subscribers.command()
def erase(
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    config: Config = CONFIG,
) -> None:
    """Forget a person: only a hash of the address stays, with the proof of consent. It can't be undone."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.erasure import erase_address

    digest = open_digest(config)
    address_hash = digest.identify(parsed_address(address))
    if not yes:
        ask("Erase everything about this person, for good?")
    if not erase_address(digest.database, digest.people, address_hash):
        raise NotFound("nothing is known of that address")
    typer.echo("erased")
