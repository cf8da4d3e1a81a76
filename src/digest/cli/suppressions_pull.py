"""`digest suppressions pull`."""

import typer

from digest.cli.options import CONFIG, Config
from digest.cli.output import progress


def pull(config: Config = CONFIG) -> None:
    """Take over the addresses that SendGrid will not mail: bounces, complaints, unsubscribes, invalid ones."""
    from digest.bootstrap import open_digest
    from digest.bootstrap.transports import sendgrid_api
    from digest.pipeline.pull_suppressions import pull as pull_suppressions
    from digest.transports.sendgrid_lists import read_lists

    digest = open_digest(config)
    api = sendgrid_api(digest.config)
    try:
        pages = read_lists(api, deadline=digest.config.delivery.deadline)
        with progress("reading SendGrid's lists", None) as advance:
            new = pull_suppressions(digest.database, pages, identify=digest.identify, advance=advance)
    finally:
        api.close()
    typer.echo(f"{new} more addresses are suppressed")
