"""Sign-off: results of several runs, judged by a policy, told on one page, kept as a bundle."""
