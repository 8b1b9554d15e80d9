"""Alert rules and dashboard use metrics that exist; each alert has a section in operations.md."""

import json
import re
import subprocess
from pathlib import Path

import yaml

from novacart.domain.accounts.events import SignInFailed
from tests.support.programs import program

ROOT = Path(__file__).parents[3]
RULES = ROOT / "deploy" / "prometheus" / "alerts.yml"
RULE_TESTS = Path(__file__).with_name("alerts_test.yml")
DASHBOARD = ROOT / "deploy" / "grafana" / "novacart.json"
OPERATIONS = ROOT / "docs" / "operations.md"
SOURCES = ROOT / "src" / "novacart"
METRICS = SOURCES / "adapters" / "web" / "operations"
# The check reports queues and the results of other checks by their names.
SOURCES_OF_SUBJECTS = [
    SOURCES / "entrypoints" / "probes.py",
    SOURCES / "application" / "ports" / "system_checks.py",
    SOURCES / "adapters" / "persistence" / "back_office" / "operations.py",
    SOURCES / "application" / "audit" / "audit_shop.py",
]


def anchor(heading: str) -> str:
    return heading.lower().replace(" ", "-")


def defined_metrics() -> set[str]:
    source = "".join(path.read_text() for path in METRICS.glob("*.py"))
    return set(re.findall(r'"(novacart_\w+)"', source))


def metrics_of(expressions: str) -> set[str]:
    used = set(re.findall(r"(novacart_\w+?)(?:_total|_bucket)?\{", expressions))
    assert used
    return used


def test_dashboard_shows_every_metric() -> None:
    dashboard = json.loads(DASHBOARD.read_text())
    targets = [target for panel in dashboard["panels"] for target in panel["targets"]]
    assert metrics_of("".join(target["expr"] for target in targets)) == defined_metrics()
    assert all('job="$job"' in target["expr"] for target in targets)
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert ids == list(range(1, len(ids) + 1))


def test_rules_use_metrics_that_exist() -> None:
    assert metrics_of(RULES.read_text()) <= defined_metrics()
    events = set(re.findall(r'event="([^"]+)"', RULES.read_text()))
    assert events == {SignInFailed.name}


def test_each_alert_has_a_section_in_the_operations_page() -> None:
    text = OPERATIONS.read_text()
    sections = {anchor(heading) for heading in re.findall(r"^### (.+)$", text, re.MULTILINE)}
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    for rule in group["rules"]:
        page, section = rule["annotations"]["runbook"].split("#")
        assert (ROOT / page, section in sections) == (OPERATIONS, True), rule["alert"]
    assert set(re.findall(r"\]\(#([a-z-]+)\)", text)) == sections


def test_operations_page_names_the_rules_of_prometheus_and_the_subjects_of_the_check() -> None:
    text = OPERATIONS.read_text()
    named = re.search(r"are these only: (.*?) if the.*?as well: (.*?)\.\n\n", text, re.DOTALL)
    assert named
    rules, subjects = (
        {" ".join(name.split()) for name in re.findall(r"\*([^*]+)\*", part)}
        for part in named.groups()
    )
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    runbooks = {rule["annotations"]["runbook"].split("#")[1] for rule in group["rules"]}
    assert {anchor(rule) for rule in rules} == runbooks
    source = "".join(path.read_text() for path in SOURCES_OF_SUBJECTS)
    assert {subject for subject in subjects if f'"{subject}"' not in source} == set()


def test_rules_are_valid_and_fire_in_prometheus() -> None:
    promtool = program("promtool")
    for command, path in (("check", RULES), ("test", RULE_TESTS)):
        result = subprocess.run(
            [promtool, command, "rules", str(path)], capture_output=True, text=True, check=False
        )
        assert result.returncode == 0, result.stdout + result.stderr


def test_each_alert_has_a_test_in_which_it_fires_and_one_in_which_it_does_not() -> None:
    (group,) = yaml.safe_load(RULES.read_text())["groups"]
    expected = {
        (each["alertname"], bool(each["exp_alerts"]))
        for test in yaml.safe_load(RULE_TESTS.read_text())["tests"]
        for each in test["alert_rule_test"]
    }
    assert expected == {
        (rule["alert"], fires) for rule in group["rules"] for fires in (True, False)
    }
