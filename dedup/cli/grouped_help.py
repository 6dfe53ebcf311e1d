"""The help of a command with many options, in groups: what a reader asks first comes first."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import click


class GroupedCommand(click.Command):
    """A command whose options are shown in groups; those of no group come last, under the name of the last group."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {}

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, group by group."""
        rest = {
            p.name: row
            for p in self.get_params(ctx)
            if isinstance(p, click.Option) and (row := p.get_help_record(ctx)) is not None
        }
        for number, (title, names) in enumerate(self.groups.items(), 1):
            rows = [rest.pop(name) for name in names if name in rest]
            if number == len(self.groups):
                rows += rest.values()
            with formatter.section(title):
                formatter.write_dl(rows)


class CleanCommand(GroupedCommand):
    """`dedup clean` with its options in groups."""

    groups: ClassVar[Mapping[str, Sequence[str]]] = {
        "The five that matter first": ["out", "threshold", "remove", "keep", "dry_run"],
        "Input": [
            "text_field", "id_field", "date_field", "title_field", "outlet_field", "url_field",
            "input_format", "encoding", "date_order", "max_record", "max_unpacked", "max_download", "strict", "index",
        ],
        "What is a copy": ["shingle_size", "num_perm", "max_novel", "contained"],
        "Passages": ["passages", "min_tokens", "strip_boilerplate"],
        "Output": ["annotate", "to_stdout", "overwrite", "resume", "as_json", "quiet", "verbose"],
        "Machine": ["config", "workers", "engine", "master", "spark_conf"],
    }  # fmt: skip
