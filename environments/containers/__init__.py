"""Runs the platform as containers of a container engine, on a network of their own."""
