"""Rules of misbehaviour in words."""

import pytest

from bulkedit.core.trouble import RunError
from bulkedit.sandbox import Fault, FaultRule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("package_revise cut-after", FaultRule("package_revise", Fault.CUT_AFTER)),
        ("  package_revise   cut-after  ", FaultRule("package_revise", Fault.CUT_AFTER)),
        ("* delay seconds=0.2", FaultRule("*", Fault.DELAY, seconds=0.2)),
        ("x 503 skip=1 times=2 every=3", FaultRule("x", Fault.UNAVAILABLE, skip=1, times=2, every=3)),
        ("x 500 every=3 skip=0", FaultRule("x", Fault.FAILED, every=3)),
    ],
)
def test_a_rule_is_read(text: str, rule: FaultRule) -> None:
    """Action and fault, then the options in any order."""
    found = FaultRule.parsed(text)

    assert found == rule


@pytest.mark.parametrize("fault", Fault, ids=str)
def test_every_fault_has_a_word(fault: Fault) -> None:
    """Its word is what a rule says."""
    found = FaultRule.parsed(f"package_show {fault.value}")

    assert found.fault is fault


@pytest.mark.parametrize(
    "text",
    [
        "",
        "package_show",
        "package_show explode",
        "503 package_show",
        "package_show 503 skip",
        "package_show 503 skip=",
        "package_show 503 skip=x",
        "package_show 503 skip=1.5",
        "package_show 503 skip=inf",
        "package_show 503 skip=-1",
        "package_show 503 skip=1=2",
        "package_show 503 times=-1",
        "package_show 503 every=0",
        "package_show 503 colour=1",
        "package_show 503 action=1",
        "package_show 503 seconds=-1",
        "package_show 503 seconds=nan",
        "package_show 503 seconds=inf",
        "package_show 503 seconds=1e11",
        "package_show 503 ,",
    ],
)
def test_nonsense_is_told_in_a_sentence(text: str) -> None:
    """The sentence repeats the text, and says how a rule reads and what faults there are."""
    with pytest.raises(RunError) as caught:
        FaultRule.parsed(text)

    said = str(caught.value)
    assert said.startswith(repr(text))
    assert "\n" not in said
    assert said.endswith(".")
    assert all(fault.value in said for fault in Fault)
