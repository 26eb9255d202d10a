"""Gherkin steps, one module a stage; thin: they call contracts and systems."""
