"""Image files over HTTP."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from injector import Injector

from novacart.adapters.files.image_store import FilesImageStore
from novacart.adapters.imaging.image_processor import PillowImageProcessor
from novacart.entrypoints.settings import Settings
from tests.integration.http.conftest import MakeApp


@pytest.fixture(scope="module")
def app(make_shared_app: MakeApp) -> Flask:
    return make_shared_app()


@pytest.fixture
def reference(injector: Injector) -> str:
    images = FilesImageStore(injector.get(Settings).var / "media", PillowImageProcessor())
    return images.put(b"<script>", name="products/17", content_type="image/webp")


def test_image_can_be_cached_and_embedded_by_other_origins(
    client: FlaskClient, reference: str
) -> None:
    with client.get(reference) as response:
        assert (response.status_code, response.data) == (200, b"<script>")
        assert response.content_type == "image/webp"
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
    with client.get(reference, headers={"If-None-Match": response.headers["ETag"]}) as again:
        assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/media/",
        "/media/products",
        "/media/products/",
        "/media/unknown.webp",
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
def test_other_path_is_404(
    client: FlaskClient, injector: Injector, reference: str, path: str
) -> None:
    var = injector.get(Settings).var
    for secret in ("secret.webp", "media/secret.txt", "media/.secret.webp"):
        (var / secret).write_bytes(b"secret")
    assert reference
    assert client.get(path).status_code == 404
