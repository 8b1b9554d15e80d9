"""Old slugs, which lead to the page that has another slug now."""

from typing import Literal

from sqlalchemy import ColumnElement, Connection, ScalarSelect, select

from novacart.adapters.persistence.catalog.tables import slug_redirects
from novacart.adapters.persistence.upserts import conflict_insert

Kind = Literal["category", "collection", "product"]


def redirect(connection: Connection, kind: Kind, slug: str, target_id: int) -> None:
    """Let a slug lead to the page that has just given it up.

    A page that has the slug now is found first, so the row of a slug that is used again stays.
    """
    insert = conflict_insert(connection.dialect.name, slug_redirects)
    connection.execute(
        insert.values(kind=kind, slug=slug, target_id=target_id).on_conflict_do_update(
            index_elements=list(slug_redirects.primary_key), set_={"target_id": target_id}
        )
    )


def redirected(kind: Kind, slug: str | ColumnElement[str]) -> ScalarSelect[int]:
    """Select the id of the page to which an old slug leads."""
    return (
        select(slug_redirects.c.target_id)
        .where(slug_redirects.c.kind == kind, slug_redirects.c.slug == slug)
        .scalar_subquery()
    )
