"""Plain HTTP, as any program speaks it: no client of ours between a test and the sandbox."""

from collections.abc import Mapping
from typing import Any

import requests


def ask(method: str, url: str, *, seconds: float = 10.0, **how: Any) -> requests.Response:
    """Send one request, whatever the environment says of proxies and passwords."""
    with requests.Session() as session:
        session.trust_env = False
        return session.request(method, url, timeout=seconds, allow_redirects=False, **how)


def post(
    url: str, action: str, parameters: Mapping[str, Any], token: str = "", *, seconds: float = 10.0
) -> requests.Response:
    """Call an action."""
    headers = {"Authorization": token} if token else {}
    return ask("POST", f"{url}/api/3/action/{action}", json=dict(parameters), headers=headers, seconds=seconds)


def result(url: str, action: str, token: str = "", **parameters: Any) -> Any:
    """Call an action that goes well and return its result."""
    answer = post(url, action, parameters, token)
    assert answer.status_code == 200, answer.text
    return answer.json()["result"]


def is_cut(url: str, action: str, parameters: Mapping[str, Any], token: str, seconds: float = 10.0) -> bool:
    """Tell whether the connection ends before the whole answer is there."""
    try:
        post(url, action, parameters, token, seconds=seconds)
    except requests.Timeout:
        return False
    except requests.RequestException:
        return True
    return False
