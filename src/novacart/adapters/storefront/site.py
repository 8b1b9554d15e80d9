"""Serves the storefront: its pages, its assets, `robots.txt` and the sitemap."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, cast
from urllib.parse import quote

from flask import Flask, Response, redirect, request
from werkzeug.exceptions import NotFound
from werkzeug.routing import BaseConverter

from novacart.adapters.storefront.built_files import BuiltFiles
from novacart.adapters.storefront.documents import Page, render
from novacart.adapters.storefront.pages import Pages
from novacart.adapters.storefront.sitemap import Sitemap

LIST_ENDPOINTS: Final = (
    "storefront /search",
    "storefront /category/<slug>",
    "storefront /collection/<slug>",
)
"""Flask's names of the pages that list products, which can take milliseconds."""

# Pages that show nothing without a user or a link from a mail.
_PRIVATE: Final = (
    "/checkout",
    "/orders",
    "/orders/<int:order_id>",
    "/orders/<int:order_id>/pay",
    "/orders/link/<token>",
    "/find-order",
    "/wishlist",
    "/account",
    "/sign-in",
    "/sign-up",
    "/forgotten-password",
    "/reset-password/<user>/<token>",
    "/verify-email/<token>",
)
_NOT_CRAWLED: Final = ("account", "admin", "checkout", "orders", "wishlist")
_YEAR: Final = 365 * 24 * 3600
# RFC 3986, section 3.3: characters of a path.
_UNQUOTED: Final = "/:@!$&'()*+,;="

# Stripe's frame opens Apple Pay and Google Pay by the Payment Request API (W3C). All other
# responses forbid it.
_WALLETS: Final = 'camera=(), geolocation=(), microphone=(), payment=(self "https://js.stripe.com")'


class _UnknownPath(BaseConverter):
    """A path that is not of the API, the back office or a file."""

    regex = r"(?!(?:api|admin|assets|media|metrics|static)(?:/|$)).+"
    part_isolating = False
    weight = 1000


class Site:
    """The views. All are open to anyone, and show the same to everyone.

    `config` returns the settings that the client needs. `public_url` is the URL of the home page
    with a slash at its end; it is that of the request if it is empty. With `stripe`, pages may
    load Stripe's script.
    """

    def __init__(
        self,
        *,
        files: BuiltFiles,
        pages: Pages,
        sitemap: Sitemap,
        config: Callable[[], Mapping[str, Any]],
        public_url: str,
        stripe: bool,
    ) -> None:
        self._files = files
        self._pages = pages
        self._sitemap = sitemap
        self._config = config
        self._public_url = public_url
        self._policies = {"Content-Security-Policy": _content_security_policy(stripe=stripe)}
        if stripe:
            self._policies["Permissions-Policy"] = _WALLETS

    def install(self, app: Flask) -> Sequence[str]:
        """Register the routes. Return the endpoints of pages, whose errors are pages."""
        app.url_map.converters["unknown_path"] = _UnknownPath
        pages: dict[str, Callable[..., Response]] = {
            "/": self.home,
            "/search": self.search,
            "/cart": self.cart,
            "/category/<slug>": self.category,
            "/collection/<slug>": self.collection,
            "/product/<int:product_id>": self.product,
            "/products/<slug>": self.product_by_slug,
            **dict.fromkeys(_PRIVATE, self.private),
            "/<unknown_path:path>": self.unknown,
        }
        files: dict[str, Callable[..., Response]] = {
            "/static/<name>": self.asset,
            "/robots.txt": self.robots,
            "/sitemap.xml": self.sitemap_index,
            "/sitemap-<name>.xml": self.sitemap_part,
        }
        for rule, view in (pages | files).items():
            app.add_url_rule(rule, _endpoint(rule), _public(view))
        return [_endpoint(rule) for rule in pages]

    def home(self) -> Response:
        return self._respond(self._pages.home(self._site))

    def search(self) -> Response:
        page = self._pages.search(self._site, request.args)
        return self._respond(page, is_indexed="search" not in request.args)

    def cart(self) -> Response:
        return self._respond(self._pages.cart(self._site))

    def category(self, slug: str) -> Response:
        try:
            return self._respond(self._pages.category(self._site, slug, request.args))
        except NotFound:
            return self._moved("category", self._pages.current_slug, slug)

    def collection(self, slug: str) -> Response:
        try:
            return self._respond(self._pages.collection(self._site, slug, request.args))
        except NotFound:
            return self._moved("collection", self._pages.collection_slug, slug)

    def product(self, product_id: int) -> Response:
        try:
            return self._respond(self._pages.product(self._site, product_id, request.args))
        except NotFound:
            return self._missing()

    def product_by_slug(self, slug: str) -> Response:
        """Redirect from the address of a product in feeds."""
        try:
            return self._redirect(f"product/{self._pages.product_id(slug)}")
        except NotFound:
            return self._missing()

    def private(self, **_: object) -> Response:
        # The address may hold a token, so it is not repeated in the page.
        return self._respond(self._pages.private(), is_indexed=False)

    def unknown(self, path: str) -> Response:
        # A slash at the end of an address is a frequent mistake in links.
        return self._redirect(path.rstrip("/")) if path.endswith("/") else self._missing()

    def asset(self, name: str) -> Response:
        """Send a file, in the best content coding that the client accepts."""
        asset = self._files.assets.get(name)
        if asset is None:
            raise NotFound
        accepted = request.accept_encodings
        coding = accepted.best_match([*asset.compressed, "identity"], "identity")
        content = asset.compressed.get(coding, asset.content)
        response = Response(content, content_type=asset.content_type)
        if coding in asset.compressed:
            response.headers["Content-Encoding"] = coding
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Cache-Control"] = f"public, max-age={_YEAR}, immutable"
        return response

    def robots(self) -> Response:
        lines = [
            "User-agent: *",
            *(f"Disallow: /{name}" for name in _NOT_CRAWLED),
            f"Sitemap: {self._site}sitemap.xml",
            "",
        ]
        return Response("\n".join(lines), content_type="text/plain; charset=utf-8")

    def sitemap_index(self) -> Response:
        return _xml(self._sitemap.index(self._site))

    def sitemap_part(self, name: str) -> Response:
        return _xml(self._sitemap.part(self._site, name))

    def error(self, status: int) -> Response:
        """The page for the status of an error. It reads nothing from the database."""
        response = self._respond(self._pages.error(status), status, is_indexed=False)
        response.headers["Cache-Control"] = "no-store"
        return response

    @property
    def _site(self) -> str:
        return self._public_url or request.host_url

    def _moved(self, kind: str, current_slug: Callable[[str], str], slug: str) -> Response:
        """Redirect from a former slug, with the filters."""
        try:
            return self._redirect(f"{kind}/{current_slug(slug)}")
        except NotFound:
            return self._missing()

    def _redirect(self, path: str) -> Response:
        """Redirect to a path, which is percent-encoded here, with the query of the request."""
        url = self._site + quote(path, _UNQUOTED)
        query = quote(request.query_string, _UNQUOTED + "?%")
        return cast("Response", redirect(f"{url}?{query}" if query else url, 301))

    def _missing(self) -> Response:
        return self._respond(self._pages.missing(), 404, is_indexed=False)

    def _respond(self, page: Page, status: int = 200, *, is_indexed: bool = True) -> Response:
        html = render(self._files, page, self._config())
        response = Response(html, status, content_type="text/html; charset=utf-8")
        response.headers.update(self._policies)
        response.headers["Cache-Control"] = "no-cache"
        if not is_indexed:
            response.headers["X-Robots-Tag"] = "noindex"
        return response


def _endpoint(rule: str) -> str:
    return f"storefront {rule}"


def _public(method: Callable[..., Response]) -> Callable[..., Response]:
    """Return the method as a view that declares its access: anyone."""

    def view(**arguments: object) -> Response:
        return method(**arguments)

    view.access = "anyone"  # type: ignore[attr-defined] # read by `entrypoints.access`
    return view


def _xml(chunks: Iterator[str]) -> Response:
    response = Response(
        (chunk.encode() for chunk in chunks), content_type="application/xml; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _content_security_policy(*, stripe: bool) -> str:
    """Only this site's scripts and styles; Stripe's hosts only if cards are paid with it."""
    script, connect, frame = "'self'", "'self'", "'none'"
    if stripe:
        # Stripe docs, "Integration security guide".
        script += " https://js.stripe.com https://*.js.stripe.com"
        connect += " https://api.stripe.com"
        frame = "https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data: https:;"
        f" font-src 'self'; connect-src {connect}; frame-src {frame}; manifest-src 'self';"
        " form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
