"""Reads Python code without running it: what its names stand for, as far as the code itself proves it.

Nothing is imported and nothing is executed. What cannot be told is UNKNOWN; a container that holds UNKNOWN may hold
more than what is seen, so whoever asks is silent about it.
"""

from harness.systems.python_code.read import Code, read_code
from harness.systems.python_code.values import UNKNOWN, Class, Function, Instance, Made, Outside, Value, is_open

__all__ = ["UNKNOWN", "Class", "Code", "Function", "Instance", "Made", "Outside", "Value", "is_open", "read_code"]
