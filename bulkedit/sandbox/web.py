"""The catalogue over HTTP: CKAN's action API, files, and a plain page for people."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from threading import Event
from typing import TypeAlias

from flask import Flask, Response, abort, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from bulkedit.core.json_value import JSON, dicts
from bulkedit.core.trouble import RunError
from bulkedit.sandbox.actions import WRITING, Call, answer
from bulkedit.sandbox.errors import ActionError, BadRequestError, InternalError, NotFoundError
from bulkedit.sandbox.faults import Fault, FaultRule, Faults
from bulkedit.sandbox.keeping import UPLOAD, Catalogue, Keeper, Upload
from bulkedit.sandbox.people import ANONYMOUS, Person, person_of
from bulkedit.sandbox.store import Record

_JSON_TYPE = "application/json;charset=utf-8"
_PAGES = {
    Fault.BUSY: (429, "Too many requests"),
    Fault.BAD_GATEWAY: (502, "Bad gateway"),
    Fault.BAD_GATEWAY_AFTER: (502, "Bad gateway"),
    Fault.UNAVAILABLE: (503, "Service unavailable"),
    Fault.TIMEOUT: (504, "Gateway time-out"),
    Fault.HTML: (200, "Please log in"),
}
_AFTER = frozenset(
    (
        *(Fault.CUT_AFTER, Fault.SILENT, Fault.BAD_GATEWAY_AFTER, Fault.TIMEOUT),
        *(Fault.SLOW_BODY, Fault.HALF_BODY, Fault.DELAY),
    )
)
"""Faults at which the action is carried out."""

Watcher: TypeAlias = Callable[[str, Record], None]
"""Told of each call before it is carried out: action, parameters."""


class Site:
    """What the pages and actions work with.

    Attributes:
        tokens: API token by user name.
        over: set when the server stops; nobody waits any longer.
        watch: told of each call.
        without: names of actions that are switched off.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        tokens: dict[str, str],
        watch: Watcher,
        without: Collection[str] = (),
    ) -> None:
        self.catalogue, self.tokens, self.watch = catalogue, tokens, watch
        self.without = frozenset(without)
        self.faults = Faults()
        self.over = Event()

    def person(self) -> Person:
        """Return who asks: whose token it is; anybody else is anonymous, as in CKAN."""
        token = request.headers.get("Authorization", "")
        for name, own in self.tokens.items():
            if token == own and (record := self.catalogue.store.record("user", name)) is not None:
                return person_of(record, self.catalogue.store)
        return ANONYMOUS

    def keeper(self, files: list[Upload]) -> Keeper:
        """Return the catalogue as the caller sees it."""
        with self.catalogue.store.transaction():
            return Keeper(self.catalogue, self.person(), files)


def make_app(site: Site) -> Flask:
    """Return the web application of a site."""
    app = Flask(__name__)
    app.config["TRUSTED_HOSTS"] = ["127.0.0.1", "localhost"]
    _add_api(app, site)
    _add_pages(app, site)
    return app


def _add_api(app: Flask, site: Site) -> None:
    @app.route("/api/action/<name>", methods=["GET", "POST"])
    @app.route("/api/<int:version>/action/<name>", methods=["GET", "POST"])
    def action(name: str, version: int = 3) -> Response:
        rule = site.faults.of(name)
        if rule is not None and rule.fault not in _AFTER:
            with suppress(Exception):  # the call came, if only to be struck
                site.watch(name, _parameters(name)[0])
            return _misbehaved(site, rule, None)
        made = _answer(site, name)
        return made if rule is None else _misbehaved(site, rule, made)

    @app.route("/sandbox/faults", methods=["POST", "DELETE"])
    def faults() -> Response:
        if request.method == "DELETE":
            site.faults.clear()
        else:
            try:
                site.faults.add(FaultRule.parsed(str(request.get_json()["rule"])))
            except (RunError, KeyError, TypeError) as error:
                said = str(error) if isinstance(error, RunError) else 'Send {"rule": "..."}.'
                return Response(json.dumps(said), 400, content_type=_JSON_TYPE)
        return Response("{}", content_type=_JSON_TYPE)


def _add_pages(app: Flask, site: Site) -> None:
    @app.route("/<kind>/<package>/resource/<resource>/download/<name>")
    def download(kind: str, package: str, resource: str, name: str) -> Response:
        return _download(site, package, resource)

    @app.route("/")
    def home() -> str:
        found = _read(site, "package_search", {"rows": 1000, "include_private": True, "include_drafts": True})
        packages = dicts(found.get("results")) if isinstance(found, dict) else []
        return render_template("home.html", site=site, packages=packages)

    @app.route("/<kind>/<package>")
    def page(kind: str, package: str) -> str:
        try:
            return render_template("package.html", package=_read(site, "package_show", {"id": package}))
        except ActionError as error:
            abort(error.status)

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> Response:
        return _page(error.code or 500, error.name)

    @app.errorhandler(Exception)
    def stumbled(error: Exception) -> Response:
        return _page(500, "Internal Server Error")


def _answer(site: Site, name: str) -> Response:
    try:
        return _answered(site, name)
    except HTTPException:
        raise
    except Exception:  # of a watcher, of a body as deep as the sea, of a file that cannot be read now
        said = {"help": _help(site, name), "error": InternalError().error(), "success": False}
        return Response(json.dumps(said), 500, content_type=_JSON_TYPE)


def _answered(site: Site, name: str) -> Response:
    try:
        parameters, files = _parameters(name)
        site.watch(name, parameters)
        result = answer(name, Call(parameters, site.keeper(files), site.without))
        said: JSON = {"help": _help(site, name), "success": True, "result": result}
        status = 200
    except BadRequestError as error:
        said, status = str(error), error.status
    except ActionError as error:
        said, status = {"help": _help(site, name), "error": error.error(), "success": False}, error.status
    return Response(json.dumps(said, allow_nan=False), status, content_type=_JSON_TYPE)


def _help(site: Site, name: str) -> str:
    return f"{site.catalogue.url}/api/3/action/help_show?name={name}"


def _parameters(name: str) -> tuple[Record, list[Upload]]:
    """Return what a call says, and the files that came with it; a file is named by its place among them."""
    if request.method == "GET" and name in WRITING:
        raise BadRequestError(f"Bad request: Action {name} needs POST")
    body = request.get_data(parse_form_data=True)
    if request.form:
        said = _form(request.form)
    elif request.args and name not in WRITING:
        said = _mixed(request.args)
    else:
        said = _loaded(body) if body else {}
    if not isinstance(said, dict):
        raise BadRequestError("Bad request: JSON Error: the request must be an object")
    files = [(key, Upload(file.filename or "", file.read())) for key, file in request.files.items()]
    marks: Record = {key: {UPLOAD: at} for at, (key, _) in enumerate(files)}
    return said | marks, [file for _, file in files]


def _form(form: MultiDict[str, str]) -> JSON:
    """Return what a form says; a lone key without a value is JSON, as a client sends it that names no type."""
    [key, *others] = form
    return _mixed(form) if others or form.getlist(key) not in (["1"], [""]) else _json(key)


def _mixed(said: MultiDict[str, str]) -> Record:
    """Return texts by key, a list of them where a key is given several times."""
    return {key: values[0] if len(values) == 1 else [*values] for key, values in said.lists()}


def _loaded(body: bytes) -> JSON:
    if request.mimetype == "multipart/form-data":
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    return _json(body)


def _json(text: str | bytes) -> JSON:
    try:
        said: JSON = json.loads(text)
    except ValueError as error:
        raise BadRequestError(f"Bad request: JSON Error: {error}") from None
    return said


def _read(site: Site, name: str, parameters: Record) -> JSON:
    """Return what the sandbox's own pages show: all there is."""
    person = Person(id="page", sysadmin=True)
    return answer(name, Call(parameters, Keeper(site.catalogue, person)))


def _download(site: Site, package: str, resource: str) -> Response:
    keeper = site.keeper([])
    with site.catalogue.store.transaction():
        try:
            held = keeper.kept(package)
            keeper.person.ensure_may_read(held)
            own = [one for one in dicts(keeper.shown(held)["resources"]) if one["id"] == resource]
            if not own:
                raise NotFoundError("Resource not found")
        except ActionError as error:
            return _page(error.status, str(error))
        found = site.catalogue.store.upload(resource)
    if own[0].get("url_type") != "upload" or found is None:
        return _page(404, "No file")
    return Response(found[1], content_type=found[0])


# -- misbehaviour


def _misbehaved(site: Site, rule: FaultRule, made: Response | None) -> Response:
    match rule.fault:
        case Fault.DELAY if made is not None:
            site.over.wait(rule.pause)
            return made
        case Fault.SILENT:
            site.over.wait(rule.pause)
            return _cut()
        case Fault.CUT_BEFORE | Fault.CUT_AFTER:
            return _cut()
        case Fault.SLOW_BODY | Fault.HALF_BODY if made is not None:
            return _dripping(site, rule, made)
        case Fault.FAILED:
            said = {"help": "", "error": InternalError().error(), "success": False}
            return Response(json.dumps(said), 500, content_type=_JSON_TYPE)
        case fault:
            if fault is Fault.TIMEOUT:
                site.over.wait(rule.pause)
            status, text = _PAGES[fault]
            page = _page(status, text)
            if fault in (Fault.BUSY, Fault.UNAVAILABLE):
                page.headers["Retry-After"] = str(int(rule.pause))
            return page


def _page(status: int, text: str) -> Response:
    return Response(f"<!DOCTYPE html><html><body><h1>{text}</h1></body></html>", status, content_type="text/html")


def _cut() -> Response:
    _hang_up()
    return Response()


def _hang_up() -> None:
    connection = request.environ["werkzeug.socket"]
    connection.shutdown(2)


def _dripping(site: Site, rule: FaultRule, made: Response) -> Response:
    body = made.get_data()
    pieces = [body[at : at + len(body) // 10 + 1] for at in range(0, len(body), len(body) // 10 + 1)]
    connection = request.environ["werkzeug.socket"]

    def drops() -> Iterator[bytes]:
        for at, piece in enumerate(pieces):
            if rule.fault is Fault.HALF_BODY and at >= len(pieces) // 2:
                connection.shutdown(2)
                return
            if rule.fault is Fault.SLOW_BODY:
                site.over.wait(rule.pause / len(pieces))
            yield piece

    return Response(drops(), made.status_code, {"Content-Length": str(len(body))}, content_type=_JSON_TYPE)
