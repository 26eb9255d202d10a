"""The nightly matrix: which cells there are, how they are run on one machine, and the workflow that is made of them."""
