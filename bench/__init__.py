"""Measures what docs/performance.md tells: `python -m bench`. Figures to compare, never tests that pass or fail."""
