"""Commands and groups of commands whose help is plain: words for what to write, and commands grouped by workflow."""

from collections.abc import Callable, Mapping
from typing import Any

import typer
from typer._click.core import Context
from typer._click.formatting import HelpFormatter
from typer.core import TyperArgument, TyperCommand, TyperGroup

from digest.cli.terminal.usage import usage_in_own_words

WORKFLOWS: Mapping[str, tuple[str, ...]] = {
    "Write": ("articles", "topics", "check", "preview", "assemble", "approve", "publish"),
    "Send": ("send", "status", "hold", "resume", "cancel", "settle"),
    "People": ("subscribers", "suppressions"),
    "Run": ("init", "demo", "serve", "worker", "scheduler", "archive", "db"),
}


class PlainCommand(TyperCommand):
    """A command whose help names each argument by a word, without the type that the program makes of it."""

    def collect_usage_pieces(self, ctx: Context) -> list[str]:
        """`[OPTIONS] MONTH`: what may be left out is in brackets."""
        arguments = [one for one in self.get_params(ctx) if isinstance(one, TyperArgument)]
        words = (one.display_name_raw if one.required else f"[{one.display_name_raw}]" for one in arguments)
        return [self.options_metavar or "", *words]

    def format_options(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the arguments, then the options."""
        for heading, is_argument in (("Arguments", True), ("Options", False)):
            of_kind = [one for one in self.get_params(ctx) if isinstance(one, TyperArgument) is is_argument]
            records = [(one, record) for one in of_kind if (record := one.get_help_record(ctx))]
            rows = [
                (one.display_name_raw, record[1].replace("  [required]", ""))
                if isinstance(one, TyperArgument)
                else record
                for one, record in records
            ]
            if rows:
                with formatter.section(heading):
                    formatter.write_dl(rows)


class PlainGroup(TyperGroup):
    """A group of commands, each with its whole first line."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write all commands under one heading."""
        self._write_commands(ctx, formatter, {"Commands": tuple(self.list_commands(ctx))})

    def _write_commands(self, ctx: Context, formatter: HelpFormatter, sections: Mapping[str, tuple[str, ...]]) -> None:
        width = max(len(name) for names in sections.values() for name in names)
        for heading, names in sections.items():
            found = [(name, self.get_command(ctx, name)) for name in names]
            rows = [(name.ljust(width), one.get_short_help_str(formatter.width)) for name, one in found if one]
            with formatter.section(heading):
                formatter.write_dl(rows)


class Workflows(PlainGroup):
    """The whole program: commands under the headings of `WORKFLOWS`, errors of usage in its own words."""

    def format_commands(self, ctx: Context, formatter: HelpFormatter) -> None:
        """Write the commands under the workflow that each belongs to."""
        self._write_commands(ctx, formatter, WORKFLOWS)

    def make_context(self, *args: Any, **kwargs: Any) -> Context:
        """Read the options before the command."""
        with usage_in_own_words():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Context) -> Any:
        """Run the command that is named."""
        with usage_in_own_words():
            return super().invoke(ctx)


class Program(typer.Typer):
    """Commands with plain help; see `PlainCommand`."""

    def __init__(self, cls: type[PlainGroup] = PlainGroup, **settings: Any) -> None:
        super().__init__(
            cls=cls,
            no_args_is_help=True,
            add_completion=False,
            pretty_exceptions_enable=False,
            rich_markup_mode=None,
            **settings,
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Any], Any]:
        """Register a command, as `typer.Typer.command` does."""
        return super().command(name, cls=PlainCommand, **settings)
