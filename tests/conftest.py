"""Settings of all tests."""

import os

from hypothesis import settings

# Examples are new in each run, to find what nobody thought of; where a change lands they stay the same.
settings.register_profile("fixed", derandomize=True, database=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
