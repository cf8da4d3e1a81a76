"""`digest suppressions pull`."""

from typing import Annotated

import typer

from digest.cli.options import CONFIG, Address, Config, Json, parsed_address
from digest.cli.terminal.output import print_json_array, print_table, progress
from digest.cli.terminal.program import Program


def pull(config: Config = CONFIG) -> None:
    """Copy SendGrid's suppression lists into the database.

    These are bounces, spam reports, unsubscribes and invalid addresses: SendGrid no longer mails them."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.transports import sendgrid_api
    from digest.pipeline.people.suppressions import pull as pull_suppressions
    from digest.transports.sendgrid.suppression_lists import read_lists

    digest = open_digest(config)
    api = sendgrid_api(digest.config)
    try:
        pages = read_lists(api, deadline=digest.config.delivery.deadline)
        with progress("reading SendGrid's lists", None) as advance:
            new = pull_suppressions(digest.database, pages, identify=digest.identify, advance=advance)
    finally:
        api.close()
    typer.echo(f"{new} more addresses are suppressed")


suppressions = Program(help="List and change the addresses that are never mailed.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    suppressions.command()(pull)
    app.add_typer(suppressions, name="suppressions")


@suppressions.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every suppressed address with its reason and date.

    If the person was erased, only the hash of the address is kept."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.suppressions import every_suppression

    rows = every_suppression(open_digest(config).database)
    if as_json:
        print_json_array(rows)
    else:
        head = ("address", "reason", "date")
        print_table(head, ([row["address"] or row["hash"], row["reason"], row["date"]] for row in rows))


@suppressions.command()
def add(
    address: Address,
    reason: Annotated[
        str, typer.Option("--reason", metavar="REASON", help="`manual`, `bounced`, `complained` or `unsubscribed`.")
    ] = "manual",
    config: Config = CONFIG,
) -> None:
    """Suppress an address: never mail it again.

    If the reason is `unsubscribed`, the suppression ends when the person signs up again."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.suppressions import suppress
    from digest.subscribers.suppression import GIVEN_BY_THE_OPERATOR

    given = {word.value: word for word in GIVEN_BY_THE_OPERATOR}
    if reason not in given:
        raise typer.BadParameter(f"{reason!r} is not a reason: write one of {', '.join(given)}", param_hint="--reason")
    digest = open_digest(config)
    parsed = parsed_address(address)
    new = suppress(digest.database, parsed, digest.identify(parsed), given[reason])
    typer.echo("suppressed" if new else "not changed: it was suppressed already")


@suppressions.command()
def remove(address: Address, config: Config = CONFIG) -> None:
    """Remove the suppression of an address.

    People who have unsubscribed stay unsubscribed until they sign up again."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.suppressions import unsuppress

    digest = open_digest(config)
    state = unsuppress(digest.database, digest.identify(parsed_address(address)))
    left = state is not None and state.value == "left"
    typer.echo("removed" + ("; this person has left and gets nothing until they sign up again" if left else ""))
