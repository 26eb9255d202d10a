"""Removes what a stack has made when its last client has gone, however the clients ended.

The reaper is a process of its own, started before anything else of a stack. Clients hold a connection to its private
socket; ten seconds after the last one has closed (`kill -9` closes it too) it ends the registered processes and every
process that carries the stack's mark, removes the stack's folder and ends. `keep` makes it wait for `down`.
Modelled on what Ryuk does for containers.
"""

from environments.reaper.cleaning import MARK
from environments.reaper.client import Reaper, end_stack

__all__ = ["MARK", "Reaper", "end_stack"]
