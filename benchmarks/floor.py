"""The floor: the least that a Flask application does to answer the shop's read requests.

Run by the same server as the shop, with the same bridge and number of processes. A route runs the
statements that the shop runs, through the driver, encodes the rows with orjson and answers the
same bytes. If the request must be signed in, it verifies the token, too.
"""

import sqlite3
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from zoneinfo import ZoneInfo

import jwt
import orjson
import psycopg
from flask import Flask, Response, request
from sqlalchemy.engine import make_url

from benchmarks.recording import ID, TIME
from novacart.domain.catalog.slugs import generated_slug
from novacart.domain.ordering.delivery import estimated_delivery

Row = Sequence[Any]
Encode = Callable[[list[Row]], object]

# The drivers' connections and rows have no common type.
# ruff: noqa: ANN401

_OPTIONS: Final = orjson.OPT_UTC_Z | orjson.OPT_NAIVE_UTC
# The default of SHOP_TIMEZONE.
_ZONE: Final = ZoneInfo("Asia/Kolkata")
_LIST_SIZE: Final = 100
_HISTORY_SIZE: Final = 5


class Connections:
    """One connection of this process for each set of session settings. Opened at first use."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._open: dict[tuple[tuple[str, str], ...], Any] = {}

    def get(self, settings: Mapping[str, str]) -> Any:
        key = tuple(sorted(settings.items()))
        connection = self._open.get(key)
        if connection is None:
            connection = self._open[key] = self._connect(key)
        return connection

    def _connect(self, settings: tuple[tuple[str, str], ...]) -> Any:
        if self._url.get_backend_name() == "sqlite":
            database = sqlite3.connect(self._url.database or "", isolation_level=None)
            for name, value in settings:
                database.execute(f"PRAGMA {name} = {value}")
            return database
        address = self._url.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(address, autocommit=True)
        for setting in settings:
            connection.execute("SELECT set_config(%s, %s, false)", setting)
        return connection

    @property
    def dialect(self) -> str:
        return self._url.get_backend_name()

    def close(self) -> None:
        for connection in self._open.values():
            connection.close()


class Statement:
    """A recorded statement, whose ids are replaced by those of the request."""

    def __init__(self, recorded: Mapping[str, Any], connections: Connections) -> None:
        self._sql: str = recorded["sql"]
        self._cursor: Any = psycopg.RawCursor if recorded["raw"] else psycopg.Cursor
        self._settings: Mapping[str, str] = recorded["settings"]
        self._connections = connections
        self._is_postgresql = connections.dialect == "postgresql"
        parameters = recorded["parameters"]
        self._is_named = isinstance(parameters, dict)
        items = parameters.items() if self._is_named else enumerate(parameters)
        self._fixed = {key: _value(value) for key, value in items}
        self._variable = {
            key: value[ID] for key, value in self._fixed.items() if isinstance(value, dict)
        }
        self._connection: Any = None
        self.names: list[str] = []

    def fetch(self, ids: Mapping[str, int]) -> list[Row]:
        if self._connection is None:
            self._connection = self._connections.get(self._settings)
        values = self._fixed
        if self._variable:
            values = {**values, **{key: ids[name] for key, name in self._variable.items()}}
        parameters: Any = values if self._is_named else list(values.values())
        if self._is_postgresql:
            cursor = self._cursor(self._connection)
            cursor.execute(self._sql, parameters, prepare=True, binary=True)
        else:
            cursor = self._connection.execute(self._sql, parameters)
        if not self.names:
            self.names = [column[0] for column in cursor.description]
        rows: list[Row] = cursor.fetchall()
        return rows


def _value(value: Any) -> Any:
    if isinstance(value, dict) and TIME in value:
        return datetime.fromisoformat(value[TIME])
    return value


class Route:
    """Runs the statements and encodes the rows of the last one."""

    def __init__(self, recorded: Mapping[str, Any], connections: Connections, key: str) -> None:
        self._statements = [Statement(each, connections) for each in recorded["statements"]]
        self._is_signed_in: bool = recorded["signed_in"]
        self._key = key
        self._shape = _SHAPES[recorded["shape"]]
        self._encode: Encode | None = None

    def __call__(self, ids: dict[str, int]) -> Response:
        if self._is_signed_in:
            claims = jwt.decode(
                request.headers["Authorization"].removeprefix("Bearer "),
                self._key,
                algorithms=["HS256"],
                issuer="novacart",
                audience="novacart-api",
                options={"require": ["exp", "iat", "nbf"]},
            )
            ids["user_id"] = int(claims["sub"])
            ids["family_id"] = claims["family"]
        rows: list[Row] = []
        for statement in self._statements:
            rows = statement.fetch(ids)
        if self._encode is None:
            self._encode = self._shape(self._statements[-1].names if self._statements else [])
        content = orjson.dumps(self._encode(rows), option=_OPTIONS)
        return Response(content, content_type="application/json")


# -- encodings of rows ------------------------------------------------------------------------


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _time(value: Any) -> Any:
    """PostgreSQL's driver returns a datetime, SQLite's the text that is stored."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _health(_names: Sequence[str]) -> Encode:
    return lambda _rows: {"status": "ok"}


# The members of a product and of a line of a cart, and the columns of their values.
_PRODUCT: Final = {
    "id": "id",
    "sku": "sku",
    "title": "title",
    "subtitle": "subtitle",
    "description": "description",
    "author": "author",
    "published_year": "published_year",
    "brand": "brand",
    "stock": "available",
    "available": "is_available",
    "has_options": "has_options",
    "price": "price_minor",
    "compare_at_price": "compare_at_minor",
    "lowest_price_30_days": "lowest_30_days_minor",
    "on_sale": "is_on_sale",
    "currency": "currency",
    "category": "category_id",
    "image": "image",
    "image_srcset": "image_sizes",
    "slug": "slug",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
# Products of the benchmarks have their default variant only.
_VARIANT: Final = {
    "id": "v_id",
    "sku": "v_sku",
    "barcode": "v_barcode",
    "price": "v_price_minor",
    "compare_at_price": "v_compare_at_minor",
    "lowest_price_30_days": "v_lowest_30_days_minor",
    "weight": "v_weight_g",
    "image": "v_image",
    "stock": "v_available",
    "options": "v_options",
    "version": "v_version",
}
_CART_LINE: Final = {
    "id": "id",
    "product": "product_id",
    "variant": "variant_id",
    "product_title": "title",
    "product_subtitle": "subtitle",
    "product_price": "price_minor",
    "product_image": "image",
    "product_image_srcset": "image_sizes",
    "quantity": "quantity",
    "stock": "stock",
    "total_price": "price_minor",
    "currency": "currency",
}


def _values(members: Mapping[str, str], names: Sequence[str]) -> Callable[[Row], dict[str, Any]]:
    get = itemgetter(*(names.index(column) for column in members.values()))
    return lambda row: dict(zip(members, get(row), strict=True))


def _product_of(names: Sequence[str]) -> Callable[[str, Row], dict[str, Any]]:
    values = _values(_PRODUCT, names)

    def encode(site: str, row: Row) -> dict[str, Any]:
        product = values(row)
        _format_prices(product)
        for name in ("available", "has_options", "on_sale"):
            product[name] = bool(product[name])
        product["image"] = site + product["image"]
        product["slug"] = product["slug"] or generated_slug(product["title"], product["id"])
        product["created_at"] = _time(product["created_at"])
        product["updated_at"] = _time(product["updated_at"])
        return product

    return encode


def _format_prices(values: dict[str, Any]) -> None:
    for name in ("price", "compare_at_price", "lowest_price_30_days"):
        if values[name] is not None:
            values[name] = _money(values[name])


def _site() -> str:
    return request.host_url.rstrip("/")


def _product(names: Sequence[str]) -> Encode:
    product_of, variant_values = _product_of(names), _values(_VARIANT, names)
    page_members = ("meta_title", "meta_description", "description_html")
    meta = itemgetter(*map(names.index, page_members), names.index("tags"))

    def encode(rows: list[Row]) -> object:
        site = _site()
        product, variant = product_of(site, rows[0]), variant_values(rows[0])
        version = variant.pop("version")
        _format_prices(variant)
        variant["values"] = []
        variant["is_default"] = True
        variant["etag"] = f'"{version}-{variant["stock"]}"'
        *texts, tags = meta(rows[0])
        product |= zip(page_members, texts, strict=True)
        product["tags"] = tags.split(",") if tags else []
        product["options"] = []
        product["variants"] = [variant]
        # The column before the last has the pictures, which are not scaled in the benchmarks, and
        # the last one the attributes, which these products do not have.
        product["images"] = [
            {
                "id": picture_id,
                "src": site + image,
                "srcset": None,
                "width": width,
                "height": height,
                "alt": alt or product["title"],
                "variants": [],
            }
            for picture_id, image, alt, width, height, _ in orjson.loads(rows[0][-2])
        ]
        product["attributes"] = []
        return product

    return encode


def _products(names: Sequence[str]) -> Encode:
    product = _product_of(names)

    def encode(rows: list[Row]) -> object:
        site = _site()
        # The last row only shows that there is another page.
        return [product(site, row) for row in rows[:_LIST_SIZE]]

    return encode


def _brands(_names: Sequence[str]) -> Encode:
    # Each brand of the catalog has one spelling.
    def encode(rows: list[Row]) -> object:
        brands = [{"title": brand, "count": count} for _, brand, count in rows]
        brands.sort(key=lambda each: each["title"].casefold())
        return brands

    return encode


def _price_range(_names: Sequence[str]) -> Encode:
    return lambda rows: {"min_price": _money(rows[0][0]), "max_price": _money(rows[0][1])}


def _cart(names: Sequence[str]) -> Encode:
    values = _values(_CART_LINE, names)
    sku_and_options = itemgetter(names.index("sku"), names.index("options"))

    def line_of(site: str, delivery: date, row: Row) -> dict[str, Any]:
        line = values(row)
        sku, options = sku_and_options(row)
        line["variant"] = {"id": line["variant"], "sku": sku, "options": options}
        line["total_price"] *= line["quantity"] / 100
        line["product_price"] = _money(line["product_price"])
        line["product_image"] = site + line["product_image"]
        line["estimated_delivery"] = delivery
        return line

    def encode(rows: list[Row]) -> object:
        site, delivery = _site(), estimated_delivery(datetime.now(UTC), _ZONE)
        return [line_of(site, delivery, row) for row in rows]

    return encode


def _orders(names: Sequence[str]) -> Encode:
    by_id = itemgetter(names.index("id"))

    def encode(rows: list[Row]) -> object:
        site = _site()
        count = rows[0][names.index("total_count")]
        orders = [
            _order(site, [dict(zip(names, row, strict=True)) for row in lines])
            for _, lines in groupby(rows, key=by_id)
        ]
        return {
            "count": count,
            "next": f"{request.base_url}?page=2" if count > _HISTORY_SIZE else None,
            "previous": None,
            "results": orders,
        }

    return encode


def _order(site: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    order = lines[0]
    address = order["address"]
    address = orjson.loads(address) if isinstance(address, str) else dict(address)
    refunded = sum((line["line_refunded_minor"] for line in lines), order["late_refunded_minor"])
    return {
        "id": order["id"],
        "number": order["number"],
        "status": order["status"],
        "payment_method": order["payment_method"],
        "payment_status": order["payment_status"],
        "total_amount": _money(order["total_minor"]),
        "refunded_amount": _money(refunded),
        "currency": order["currency"],
        "created_at": _time(order["placed_at"]),
        "paid_at": _time(order["paid_at"]),
        "returned_at": _time(order["returned_at"]),
        "expires_at": _time(order["expires_at"]),
        "shipped_at": _time(order["shipped_at"]),
        "delivered_at": _time(order["delivered_at"]),
        "carrier": order["carrier"],
        "tracking_number": order["tracking_number"],
        "estimated_delivery": order["estimated_delivery"],
        "address": {"id": address.pop("source_id"), **address},
        "items": [
            {
                "id": line["line_id"],
                "product_title": line["line_title"],
                "product_subtitle": line["line_subtitle"],
                "product_image": site + line["line_image"],
                "quantity": line["line_quantity"],
                "price_at_purchase": _money(line["line_unit_price_minor"]),
                "product": line["line_product_id"],
                "product_image_srcset": line["line_image_sizes"],
                "variant": {
                    "id": line["line_variant_id"],
                    "sku": line["line_sku"],
                    "options": line["line_options"],
                },
                "status": line["line_status"],
                "payment_method": order["payment_method"],
                "cancelled_at": _time(line["line_cancelled_at"]),
                # Orders of the benchmarks are not paid online.
                "refundable_amount": _money(0),
            }
            for line in lines
        ],
    }


_SHAPES: Final[dict[str, Callable[[Sequence[str]], Encode]]] = {
    "health": _health,
    "product": _product,
    "products": _products,
    "brands": _brands,
    "price range": _price_range,
    "cart": _cart,
    "orders": _orders,
}


# -- the application --------------------------------------------------------------------------

# Every server answers it, to show that it has started.
_HEALTH: Final[Mapping[str, Any]] = {
    "path": "/api/health/",
    "query": "",
    "shape": "health",
    "signed_in": False,
    "statements": (),
}


def create_floor(routes: Sequence[Mapping[str, Any]], connections: Connections, key: str) -> Flask:
    """Build the application with the recorded routes."""
    app = Flask("floor", static_folder=None)
    by_path: dict[str, dict[bytes, Route]] = {}
    for recorded in (_HEALTH, *routes):
        route = Route(recorded, connections, key)
        by_path.setdefault(recorded["path"], {})[recorded["query"].encode()] = route
    for path, by_query in by_path.items():
        app.add_url_rule(path, path, partial(_answer, by_query))
    return app


def _answer(by_query: Mapping[bytes, Route], **ids: int) -> Response:
    return by_query[request.query_string](ids)
