"""How an action fails: CKAN's error types, their statuses and bodies (``ckan/views/api.py``)."""

from collections.abc import Mapping

from bulkedit.core.json_value import JSON


class ActionError(Exception):
    """An action failed; ``str()`` is its message.

    Attributes:
        status: HTTP status of the answer.
        kind: CKAN's ``__type``.
    """

    status = 500
    kind = "Internal Server Error"

    def error(self) -> dict[str, JSON]:
        """Return the ``error`` of the answer."""
        return {"__type": self.kind, "message": str(self)}


class ValidationError(ActionError):
    """The data break rules; errors by field."""

    status, kind = 409, "Validation Error"

    def __init__(self, errors: Mapping[str, JSON]) -> None:
        super().__init__("Validation error")
        self.errors = errors

    def error(self) -> dict[str, JSON]:
        """Return the ``error`` of the answer."""
        return {**self.errors, "__type": self.kind}


class NotFoundError(ActionError):
    """There is no such record."""

    status, kind = 404, "Not Found Error"

    def __init__(self, what: str = "") -> None:
        super().__init__(f"Not found: {what}" if what else "Not found")


class NotAuthorizedError(ActionError):
    """The user may not do it."""

    status, kind = 403, "Authorization Error"

    def __init__(self, why: str = "") -> None:
        super().__init__(f"Access denied: {why}" if why else "Access denied")


class SearchQueryError(ActionError):
    """A parameter of the search makes no sense."""

    status, kind = 400, "Search Query Error"


class SearchError(ActionError):
    """The search engine does not understand the query."""

    status, kind = 409, "Search Error"


class IntegrityError(ActionError):
    """The data have another shape than the schema; CKAN repeats them."""

    status, kind = 400, "Integrity Error"

    def __init__(self, message: str, data: Mapping[str, JSON] | None = None) -> None:
        super().__init__(message)
        self.data = data

    def error(self) -> dict[str, JSON]:
        """Return the ``error`` of the answer."""
        return super().error() | {"data": dict(self.data or {})}


class InternalError(ActionError):
    """CKAN stumbled."""

    def __init__(self) -> None:
        super().__init__("Internal Server Error")


class BadRequestError(ActionError):
    """The request is no call of an action; the answer is the bare text."""

    status, kind = 400, ""
