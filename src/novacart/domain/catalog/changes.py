"""What an edit changed."""

from collections.abc import Mapping

from novacart.domain.shared.events import JsonScalar

Fields = dict[str, JsonScalar]


def differing(
    before: Mapping[str, JsonScalar], after: Mapping[str, JsonScalar]
) -> tuple[Fields, Fields]:
    """The members that differ, as they were and as they are."""
    changed = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in changed}, {name: after[name] for name in changed}
