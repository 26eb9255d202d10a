"""The subcommands of `harness`, one a file."""
