"""The command `novacart audit`."""

import click

from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.commands.cli_context import cli_injector


@click.command()
def audit() -> None:
    """Check the data for violated invariants.

    The exit code is 1 if any is violated.
    """
    with cli_injector() as injector:
        report = injector.get(AuditShop)()
    for finding in report.findings:
        mark = "ok    " if finding.holds else "FAILED"
        invariant, result = finding.invariant, finding.result
        click.echo(f"{invariant.number:>3}  {mark}  {result.checked:>9}  {invariant.description}")
        for violation in result.violations:
            click.echo(f"       - {violation}")
    click.echo(report.summary)
    if not report.holds:
        raise SystemExit(1)
