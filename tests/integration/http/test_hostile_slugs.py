"""Slugs that no text column can store are not found."""

from flask.testing import FlaskClient


def test_slug_that_cannot_be_stored_is_not_found(client: FlaskClient) -> None:
    for path in (
        "/api/products/by-slug/{}/",
        "/api/categories/by-slug/{}/",
        "/api/collections/{}/",
    ):
        for slug in ("a%00b", "%00", "%ED%A0%80", "x" * 5000):
            assert client.get(path.format(slug)).status_code == 404, (path, slug)


def test_storefront_page_of_such_a_slug_is_not_found(client: FlaskClient) -> None:
    for path in ("/category/a%00b", "/product/a%00b", "/products/a%00b"):
        assert client.get(path).status_code == 404, path
