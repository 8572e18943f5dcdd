"""A catalogue to try things on: CKAN's API in one process, on loopback, kept in SQLite.

It answers the actions that bulkedit uses as CKAN 2.12 with ckanext-scheming does; the tests in
tests/contract hold it to real CKANs. It can misbehave on demand (`bulkedit.sandbox.faults`).

    with Sandbox() as sandbox:
        print(sandbox.url, sandbox.tokens["editor"])
"""

from bulkedit.sandbox.faults import Fault, FaultRule
from bulkedit.sandbox.server import Sandbox

__all__ = ["Fault", "FaultRule", "Sandbox"]
