"""Runs the reference platform as processes on 127.0.0.1; no container runtime is needed."""
