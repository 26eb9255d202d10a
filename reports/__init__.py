"""What is left of a run: the summary at its end."""
