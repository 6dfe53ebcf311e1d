"""`python -m dedup` is the `dedup` command."""

from dedup.cli.main import main

main()
