"""Write findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pirate_tui import __version__
from pirate_tui.cli.report.findings import CheckReport, Finding
from pirate_tui.domain.lints import Rule


SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

ROOT = "%SRCROOT%"
"""What relative paths are relative to: the folder in which the check was started."""

FINGERPRINT = "pirateTui/v1"
"""By which a finding is known when its line has moved."""


def as_sarif(report: CheckReport) -> Iterator[str]:
    """Yield the lines of a log with one run."""
    rules = list(dict.fromkeys(finding.rule for finding in report.findings))
    missing = [unchecked for unchecked in report.unchecked if unchecked.is_missing]
    level = "error" if report.must_know else "warning"
    notes = [
        {"level": level, "message": {"text": f"{unchecked.model} was not checked: {unchecked.reason}"}}
        for unchecked in missing
    ]
    run = {
        "tool": {"driver": {"name": "pirate-tui", "version": __version__, "rules": list(map(_rule, rules))}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "the folder in which the check was started"}}},
        "invocations": [
            {
                "executionSuccessful": not (missing and report.must_know),
                **({"toolExecutionNotifications": notes} if notes else {}),
            }
        ],
        "results": [_result(finding, rules, report) for finding in report.findings],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.text},
        "helpUri": rule.link,
    }


def _result(finding: Finding, rules: list[Rule], report: CheckReport) -> dict[str, Any]:
    fix = f"\n{finding.fix}" if finding.fix else ""
    result: dict[str, Any] = {
        "ruleId": finding.rule.name,
        "ruleIndex": rules.index(finding.rule),
        "level": "error" if finding.fails else "warning" if finding.is_open else "note",
        "message": {"text": f"{finding.message}{fix}"},
        "locations": [_location(finding)],
        "partialFingerprints": {FINGERPRINT: f"{finding.name}/{finding.rule.name}/{','.join(finding.states)}"},
    }
    if report.has_baseline:
        result["baselineState"] = "new" if finding.is_open else "unchanged"
    if finding.ignored is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.ignored}]
    return result


def _location(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": finding.name, "kind": "member"}]}
    if finding.file is not None:
        location["physicalLocation"] = {
            "artifactLocation": _artifact(Path(finding.file)),
            "region": {"startLine": finding.line},
        }
    return location


def _artifact(path: Path) -> dict[str, str]:
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": ROOT}
