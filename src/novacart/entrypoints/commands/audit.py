"""Whether the shop's books agree, with each other and with the provider's."""

import click

from novacart.application.audit.audit_shop import AuditReport, AuditShop
from novacart.entrypoints.container import build_container
from novacart.entrypoints.settings import load_settings


@click.command()
def audit() -> None:
    """Check every invariant of the shop; exit code 1 if one is broken."""
    report: AuditReport = build_container(load_settings()).get(AuditShop)()
    for finding in report.findings:
        mark = "ok    " if finding.holds else "BROKEN"
        looked_at = finding.inspection.looked_at
        click.echo(
            f"{finding.invariant.number:>3}  {mark}  {looked_at:>9}  {finding.invariant.promise}"
        )
        for sentence in finding.inspection.contradictions:
            click.echo(f"       - {sentence}")
    click.echo(report.summary)
    if not report.holds:
        raise SystemExit(1)
