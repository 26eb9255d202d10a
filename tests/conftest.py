"""Where a run decides what may land, hypothesis tries the same examples each time; elsewhere it goes on looking."""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("looking", deadline=None, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "looking")
