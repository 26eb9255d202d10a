"""Runs the platform in a cluster of kind, by Helm charts, in a namespace of its own."""
