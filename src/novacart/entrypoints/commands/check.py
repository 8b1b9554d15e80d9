"""The command `novacart check`."""

import json
from dataclasses import asdict

import click

from novacart.entrypoints.probes import check_installation, check_public_url
from novacart.entrypoints.production_checks import Finding, Severity, load_for_check


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option("--url", help="Public https:// URL of the API, whose TLS and HSTS are checked, too.")
def check(*, as_json: bool, url: str | None) -> None:
    """Check the settings and this machine for production.

    Connects to the database, to Redis and to the mail server. Changes nothing. Prints each problem
    with its remedy. The exit code is 1 if there is an error, with which `novacart serve` does not
    start or a part of the shop does not work; warnings alone give 0.
    """
    settings, findings = load_for_check()
    findings += check_installation(settings)
    if url:
        findings += check_public_url(url.rstrip("/"))
    errors = sum(finding.severity is Severity.ERROR for finding in findings)
    if as_json:
        document = {"ok": not errors, "findings": [asdict(finding) for finding in findings]}
        click.echo(json.dumps(document, indent=2))
    else:
        _print(findings, errors)
    if errors:
        raise SystemExit(1)


def _print(findings: list[Finding], errors: int) -> None:
    for finding in sorted(findings, key=lambda each: each.severity):
        click.echo(f"{finding.severity.upper():8} {finding.problem}")
        click.echo(f"{'':8} → {finding.remedy}")
    click.echo(f"Errors: {errors}, warnings: {len(findings) - errors}")
