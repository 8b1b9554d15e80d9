"""Slugs that no text column can store are not found."""

import pytest
from flask.testing import FlaskClient


@pytest.mark.parametrize("slug", ["a%00b", "%00", "%ED%A0%80", "x" * 5000])
@pytest.mark.parametrize(
    "path",
    ["/api/products/by-slug/{}/", "/api/categories/by-slug/{}/", "/api/collections/{}/"],
)
def test_slug_that_cannot_be_stored_is_not_found(client: FlaskClient, path: str, slug: str) -> None:
    assert client.get(path.format(slug)).status_code == 404


@pytest.mark.parametrize("path", ["/category/a%00b", "/product/a%00b", "/products/a%00b"])
def test_storefront_page_of_such_a_slug_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404
