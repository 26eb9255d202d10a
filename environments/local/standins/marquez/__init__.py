"""Stands in for Marquez 0.51.1, whose server is in no package registry: OpenLineage events in, its read API out.

What it does not do answers 501 with a reason; docs/stand-ins.md lists it.
"""

VERSION = "0.51.1"
