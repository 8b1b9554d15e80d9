"""The shop's own pictures over HTTP."""

import pytest
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.files.image_store import FilesImageStore
from novacart.entrypoints.settings import Settings


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """Pictures know no database."""
    return sqlite_url


@pytest.fixture
def reference(injector: Injector) -> str:
    images = FilesImageStore(injector.get(Settings).var / "media")
    return images.put(b"<script>", name="products/17", content_type="image/webp")


def test_a_picture_is_shown_for_ever_and_to_every_page(client: FlaskClient, reference: str) -> None:
    with client.get(reference) as shown:
        assert (shown.status_code, shown.data) == (200, b"<script>")
        assert shown.content_type == "image/webp"
        assert shown.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert shown.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
    with client.get(reference, headers={"If-None-Match": shown.headers["ETag"]}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/products",
        "/media/products/",
        "/media/nothing.webp",
        "/media/../novacart.db",
        "/media/%2e%2e/novacart.webp",
        "/media/..%2fsecret.webp",
        "/media/products/../../secret.webp",
        "/media//etc/passwd.webp",
        "/media/secret.txt",
        "/media/.secret.webp",
        "/media/products/.draft.webp",
        "/media/a%00.webp",
    ],
)
def test_nothing_else_is_shown(
    client: FlaskClient, injector: Injector, reference: str, path: str
) -> None:
    var = injector.get(Settings).var
    for secret in ("secret.webp", "media/secret.txt", "media/.secret.webp"):
        (var / secret).write_bytes(b"secret")
    assert reference
    assert client.get(path).status_code == 404
