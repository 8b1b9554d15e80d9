"""Lists: newest first, by cursor (Stripe API: Pagination)."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.fake_stripe.errors import invalid
from tests.support.fake_stripe.parameters import Parameters
from tests.support.fake_stripe.store import Store
from tests.support.fake_stripe.wire import Json

_PAGE = ("limit", "starting_after", "ending_before", "created")
_COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "gt": lambda created, bound: created > bound,
    "gte": lambda created, bound: created >= bound,
    "lt": lambda created, bound: created < bound,
    "lte": lambda created, bound: created <= bound,
}


def list_objects(
    store: Store, values: Json, *, kind: str, url: str, filters: tuple[str, ...] = ()
) -> Json:
    """Return a page: ``limit`` (10, at most 100) objects after or before a cursor."""
    params = Parameters(values, allowed=(*_PAGE, *filters))
    limit = params.integer("limit", maximum=100) or 10
    after, before = params.text("starting_after"), params.text("ending_before")
    if after and before:
        raise invalid("You may only specify one of these: starting_after, ending_before.")
    matching = [
        document
        for document in store.all(kind)
        if _created_matches(document, values.get("created"))
        and all(_matches(document, params, name) for name in filters)
    ]
    if after:
        matching = matching[_position(store, kind, matching, after, "starting_after") + 1 :]
        page, more = matching[:limit], len(matching) > limit
    elif before:
        matching = matching[: _position(store, kind, matching, before, "ending_before")]
        page, more = matching[-limit:], len(matching) > limit
    else:
        page, more = matching[:limit], len(matching) > limit
    return {"object": "list", "data": page, "has_more": more, "url": url}


def _position(store: Store, kind: str, matching: list[Json], cursor: str, param: str) -> int:
    store.get(kind, cursor, param=param, status=400)
    ids = [document["id"] for document in matching]
    if cursor not in ids:
        raise invalid(f"The cursor '{cursor}' is not in this list.", param=param)
    return ids.index(cursor)


def _matches(document: Json, params: Parameters, name: str) -> bool:
    if name not in params:
        return True
    if name == "types":
        return document["type"] in params.strings("types")
    return bool(document[name] == params.text(name))


def _created_matches(document: Json, created: object) -> bool:
    if created is None:
        return True
    bounds = created if isinstance(created, dict) else {"gte": created, "lte": created}
    try:
        return all(
            _COMPARISONS[name](document["created"], int(str(bound)))
            for name, bound in bounds.items()
        )
    except (KeyError, ValueError) as error:
        raise invalid("Invalid created filter", param="created") from error
