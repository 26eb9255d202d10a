"""What needs a container engine is collected where one answers; tests/conftest.py says so at the end of a run."""

from tests.engine import ENGINE

collect_ignore = [] if ENGINE else ["test_with_engine.py"]
