"""How a run can end that is neither done nor impossible; the command line makes exit statuses of it."""


class InterruptedRunError(Exception):
    """Somebody stopped the run; ``str()`` says in one sentence what that means."""


class NotAppliedError(Exception):
    """Some rows were not applied; everything is said already."""
