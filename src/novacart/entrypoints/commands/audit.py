"""The command `novacart audit`."""

import click

from novacart.application.audit.audit_shop import AuditShop
from novacart.entrypoints.commands.cli_context import cli_injector


@click.command()
@click.option(
    "--complete",
    is_flag=True,
    help="Compare all payments with the provider and verify the whole audit log. Without it, the"
    " newest 100,000 payments and, of a log of more than two million entries, a part.",
)
def audit(*, complete: bool) -> None:
    """Check the data for violated invariants.

    The exit code is 1 if any is violated.
    """
    with cli_injector() as injector:
        report = injector.get(AuditShop)(complete=complete)
    for finding in report.findings:
        mark = "ok    " if finding.holds else "FAILED"
        invariant, result = finding.invariant, finding.result
        click.echo(f"{invariant.number:>3}  {mark}  {result.checked:>9}  {invariant.description}")
        for violation in result.violations:
            click.echo(f"       - {violation}")
    click.echo(report.summary)
    if not report.holds:
        raise SystemExit(1)
