"""Trouble with a whole run; trouble with a row is a value, never an exception."""


class RunError(Exception):
    """The run cannot be done; ``str()`` is one sentence: what, where, what to do."""
