"""What SARIF 2.1.0 and the JUnit XML of Jenkins (junit-10.xsd) allow of the parts that we write, and require.

The published schemas are not in this repository; these rules say the same of our subset, and nothing else may occur.
"""

import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET


class Kind(NamedTuple):
    """An object of SARIF: its properties, each with what it holds, and those that are required."""

    properties: dict[str, Any]
    required: tuple[str, ...] = ()


TEXT, NUMBER, YES_NO, URI = "text", "number", "yes or no", "uri"

MESSAGE = Kind({"text": TEXT}, ("text",))

ARTIFACT = Kind({"uri": URI, "uriBaseId": TEXT})

RULE = Kind({"id": TEXT, "shortDescription": MESSAGE, "fullDescription": MESSAGE, "helpUri": URI}, ("id",))

LEVEL = {"none", "note", "warning", "error"}

RESULT = Kind(
    {
        "ruleId": TEXT,
        "ruleIndex": NUMBER,
        "level": LEVEL,
        "message": MESSAGE,
        "locations": [
            Kind(
                {
                    "logicalLocations": [Kind({"fullyQualifiedName": TEXT, "kind": TEXT})],
                    "physicalLocation": Kind(
                        {"artifactLocation": ARTIFACT, "region": Kind({"startLine": NUMBER})}, ("artifactLocation",)
                    ),
                }
            )
        ],
        "partialFingerprints": {str: TEXT},
        "baselineState": {"new", "unchanged", "updated", "absent"},
        "suppressions": [Kind({"kind": {"inSource", "external"}, "justification": TEXT}, ("kind",))],
    },
    ("message",),
)

RUN = Kind(
    {
        "tool": Kind({"driver": Kind({"name": TEXT, "version": TEXT, "rules": [RULE]}, ("name",))}, ("driver",)),
        "columnKind": {"utf16CodeUnits", "unicodeCodePoints"},
        "originalUriBaseIds": {str: Kind({"description": MESSAGE})},
        "invocations": [
            Kind(
                {
                    "executionSuccessful": YES_NO,
                    "toolExecutionNotifications": [Kind({"level": LEVEL, "message": MESSAGE}, ("message",))],
                },
                ("executionSuccessful",),
            )
        ],
        "results": [RESULT],
    },
    ("tool",),
)

LOG = Kind({"$schema": URI, "version": {"2.1.0"}, "runs": [RUN]}, ("version", "runs"))


def check_sarif(log: Any) -> None:
    """Raise AssertionError, with the place, where a log is not as SARIF has it."""
    _check(log, LOG, "log")
    for run in log["runs"]:
        rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
        assert len(rules) == len(set(rules))
        states = {"baselineState" in result for result in run["results"]}
        assert len(states) <= 1, "all results have a baselineState, or none has (3.27.24)"
        for result in run["results"]:
            assert rules[result["ruleIndex"]] == result["ruleId"]
            for location in result["locations"]:
                if "physicalLocation" in location:
                    _check_artifact(location["physicalLocation"]["artifactLocation"], run["originalUriBaseIds"])


def _check_artifact(artifact: dict[str, str], bases: dict[str, Any]) -> None:
    is_absolute = bool(urlsplit(artifact["uri"]).scheme)
    assert is_absolute is ("uriBaseId" not in artifact), "a relative URI has a base, an absolute one has none (3.4.4)"
    assert is_absolute or artifact["uriBaseId"] in bases


def _check(value: Any, kind: Any, place: str) -> None:
    if isinstance(kind, Kind):
        assert isinstance(value, dict), place
        assert value.keys() <= kind.properties.keys(), place
        assert set(kind.required) <= value.keys(), place
        for name, part in value.items():
            _check(part, kind.properties[name], f"{place}.{name}")
    elif isinstance(kind, list):
        assert isinstance(value, list), place
        for number, part in enumerate(value):
            _check(part, kind[0], f"{place}[{number}]")
    elif isinstance(kind, dict):
        assert isinstance(value, dict), place
        for name, part in value.items():
            _check(part, kind[str], f"{place}.{name}")
    elif isinstance(kind, set):
        assert value in kind, place
    else:
        _check_plain(value, kind, place)


def _check_plain(value: Any, kind: str, place: str) -> None:
    if kind == YES_NO:
        assert isinstance(value, bool), place
    elif kind == NUMBER:
        assert isinstance(value, int), place
        assert value >= (1 if place.endswith("Line") else 0), place
    else:
        assert isinstance(value, str), place
        assert value, place
        assert kind == TEXT or re.fullmatch(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]+", value), place


JUNIT: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": ({"testsuite"}, {"name", "time", "tests", "failures", "errors"}, set()),
    "testsuite": (
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
        {"name", "tests", "failures", "errors", "skipped", "time", "timestamp", "hostname", "id", "package", "file"},
        {"name", "tests", "failures", "errors"},
    ),
    "testcase": (
        {"skipped", "error", "failure", "system-out", "system-err"},
        {"name", "time", "classname", "group"},
        {"name"},
    ),
    "failure": (set(), {"type", "message"}, set()),
    "error": (set(), {"type", "message"}, set()),
    "skipped": (set(), {"type", "message"}, set()),
}
"""Of each element: what may be inside, its attributes, and those that are required."""


def check_junit(document: str) -> ET.Element:
    """Return the root of a document; raise AssertionError where it is not as junit-10.xsd has it, or counts wrongly."""
    root = ET.fromstring(document)  # noqa: S314  our own
    assert root.tag == "testsuites"
    for element in root.iter():
        children, attributes, required = JUNIT[element.tag]
        assert {child.tag for child in element} <= children, element.tag
        assert required <= element.attrib.keys() <= attributes, element.tag
        if children:
            assert not (element.text or "").strip(), element.tag
    for suite in root:
        assert int(suite.attrib["tests"]) == len(suite)
        for name, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert int(suite.attrib[name]) == len(suite.findall(f"testcase/{tag}"))
    for name in ("tests", "failures", "errors"):
        assert int(root.attrib[name]) == sum(int(suite.attrib[name]) for suite in root)
    return root
