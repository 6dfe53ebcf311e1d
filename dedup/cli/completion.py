"""`dedup completion`."""

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that completes commands and options in a shell.

    \b
    Examples:
      dedup completion bash > ~/.local/share/bash-completion/completions/dedup
      dedup completion zsh > "${fpath[1]}/_dedup"
      dedup completion fish > ~/.config/fish/completions/dedup.fish
    """
    from dedup.cli.main import cli

    chosen = get_completion_class(shell)
    assert chosen is not None
    source = chosen.source_template % chosen(cli, {}, "dedup", "_DEDUP_COMPLETE").source_vars()
    click.echo(source)
