"""The command line: one file per command, thin; heavy imports live inside the commands."""
