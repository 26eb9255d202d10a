"""Stands in for Marquez 0.51.1, whose server is in no package registry: OpenLineage events in, its read API out.

It follows the real server's rules on the real server's data model, and answers from its state. What it does not do
answers 501 with a reason; docs/stand-ins.md lists it.
"""

VERSION = "0.51.1"
