"""`digest suppressions pull`."""

from typing import Annotated

import typer

from digest.cli.options import CONFIG, Address, Config, Json, parsed_address
from digest.cli.terminal.output import print_json_array, print_table, progress


def pull(config: Config = CONFIG) -> None:
    """Take over the addresses that SendGrid will not mail: bounces, complaints, unsubscribes, invalid ones."""
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


suppressions = typer.Typer(no_args_is_help=True, help="Suppressions: addresses that must not be mailed.")


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    suppressions.command()(pull)
    app.add_typer(suppressions, name="suppressions")


@suppressions.command(name="list")
def list_(config: Config = CONFIG, as_json: Json = False) -> None:
    """List every suppressed address with reason and date; of an erased one only the hash is kept."""
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
        str, typer.Option("--reason", help="`manual`, `bounced`, `complained` or `unsubscribed`.")
    ] = "manual",
    config: Config = CONFIG,
) -> None:
    """Never mail an address again; only `unsubscribed` can be lifted by the person signing up again."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.suppressions import suppress
    from digest.subscribers.suppression import GIVEN_BY_THE_OPERATOR

    given = {word.value: word for word in GIVEN_BY_THE_OPERATOR}
    if reason not in given:
        raise typer.BadParameter(f"{reason!r} is none of {', '.join(given)}", param_hint="--reason")
    digest = open_digest(config)
    parsed = parsed_address(address)
    new = suppress(digest.database, parsed, digest.identify(parsed), given[reason])
    typer.echo("suppressed" if new else "not changed: it was suppressed already")


@suppressions.command()
def remove(address: Address, config: Config = CONFIG) -> None:
    """Let an address be mailed again; brings nobody back who has left."""
    from digest.bootstrap import open_digest
    from digest.pipeline.people.suppressions import unsuppress

    digest = open_digest(config)
    state = unsuppress(digest.database, digest.identify(parsed_address(address)))
    left = state is not None and state.value == "left"
    typer.echo("removed" + ("; this person has left and gets nothing until they sign up again" if left else ""))
