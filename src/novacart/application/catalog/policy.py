"""What the shop's owner has settled about the catalogue."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogPolicy:
    """`currency` (ISO 4217) is that of every price."""

    currency: str
