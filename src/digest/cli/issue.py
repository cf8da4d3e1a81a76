"""`digest check`, `assemble`, `approve`."""

import typer

from digest.cli.hints import hints
from digest.cli.options import CONFIG, AnyMonth, Config, Exit, Json, OneMonth, Reason, Withdraw
from digest.cli.terminal.output import note, print_json, print_table


def register(app: typer.Typer) -> None:
    """Add this family's commands to *app*."""
    app.command()(check)
    app.command()(assemble)
    app.command()(approve)


def check(month: AnyMonth = None, config: Config = CONFIG, as_json: Json = False) -> None:
    """Report errors and warnings in a month's articles.

    Errors prevent sending. If there is one, the exit code is 1."""
    from digest.bootstrap import open_digest
    from digest.pipeline.issue.assemble import findings_of

    digest = open_digest(config)
    found = findings_of(digest.workshop, month)
    errors = [finding for _, finding in found if finding.severity == "error"]
    if as_json:
        print_json(
            [
                {
                    "month": str(of_month) if of_month else None,
                    "code": finding.code,
                    "severity": finding.severity,
                    "problem": finding.problem,
                    "remedy": finding.remedy,
                    "file": finding.place.file if finding.place else None,
                    "line": finding.place.line if finding.place else None,
                }
                for of_month, finding in found
            ]
        )
    else:
        for of_month, finding in found:
            typer.echo(f"{of_month or '-'}  {finding}")
        note(f"{_count(len(errors), 'error')}, {_count(len(found) - len(errors), 'warning')}")
    raise typer.Exit(Exit.REFUSED if errors else Exit.DONE)


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def assemble(month: OneMonth, config: Config = CONFIG, as_json: Json = False) -> None:
    """Freeze a month's issue and its editions for approval."""
    from digest.bootstrap import open_digest
    from digest.pipeline.issue.assemble import assemble as assemble_month

    digest = open_digest(config)
    done = assemble_month(digest.database, digest.workshop, month)
    sizes = {str(edition.key): len(edition.html.encode()) for edition in done.frozen.editions}
    if as_json:
        warnings = [str(finding) for finding in done.findings]
        print_json(
            {
                "month": str(month),
                "state": done.state,
                "hash": done.issue_hash,
                "changed": done.changed,
                "editions": sizes,
            }
            | {"warnings": warnings}
        )
        return
    for finding in done.findings:
        note(str(finding))
    print_table(
        ("edition", "articles", "HTML"),
        [(e.key, len(e.key.positions), f"{sizes[str(e.key)] / 1000:.0f} kB") for e in done.frozen.editions],
    )
    typer.echo(f"{month} {done.state}, {'frozen' if done.changed else 'unchanged'} under {done.issue_hash[:12]}")
    if done.state == "assembled":
        typer.echo(f"check it with `digest preview {month}`, then run `digest approve {month}`")


def approve(
    month: OneMonth,
    withdraw: Withdraw = None,
    reason: Reason = None,
    config: Config = CONFIG,
) -> None:
    """
    Approve the assembled issue for sending.

    Only exactly the assembled version may be sent. If the issue was already sent, its page on the web is corrected.
    To remove an article that was mailed, use `--withdraw SLUG`: its address then shows when and why it was withdrawn.
    """
    from digest.bootstrap import open_digest
    from digest.cli.reasons import ask_reasons, reasons_of
    from digest.issue.addresses import article_url
    from digest.pipeline.campaign.status import status as status_of
    from digest.pipeline.issue.approve import approve as approve_month
    from digest.pipeline.issue.publish import Withdrawing

    digest = open_digest(config)
    if reason and not withdraw:
        raise typer.BadParameter("--reason only goes with --withdraw SLUG: add it, or leave out --reason")
    languages = digest.newsletter.languages
    reasons = reasons_of(reason, languages) if reason or not withdraw else ask_reasons(withdraw, languages)
    done = approve_month(digest.database, digest.workshop, month, Withdrawing(tuple(withdraw or ()), reasons))
    name = done.row.issue_hash[:12]
    if done.changed:
        typer.echo(f"{month} approved under {name}" + (": the web now shows this version" if done.is_published else ""))
    else:
        typer.echo(f"{month} is already approved under {name}: nothing was changed")
    for one in done.withdrawn:
        typer.echo(f"withdrawn: {article_url(digest.newsletter.base_url, month, one.slug)} shows when and why")
    for hint in hints(status_of(digest.database, month, digest.outlook)):
        typer.echo(hint)
