"""The HTML of a page: metadata for search engines, first data, content without JavaScript."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import orjson
from markupsafe import Markup, escape

from novacart.adapters.storefront.built_files import BuiltFiles
from novacart.adapters.storefront.formatting import Formats
from novacart.adapters.storefront.texts import Texts
from novacart.domain.catalog.product_details import own_brand

_MAX_DESCRIPTION: Final = 200


class Preload(NamedTuple):
    """An image that is seen first, with the attributes of its element."""

    src: str
    srcset: str | None = None
    sizes: str | None = None
    media: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What a page shows before its script runs.

    `queries` are the data that the script would request first, each with the key under which the
    client keeps it. `canonical` and `image` are absolute URLs; a private page and one that does not
    exist have no canonical URL. `content` is shown without JavaScript.
    """

    title: str
    canonical: str | None = None
    description: str = ""
    image: str | None = None
    kind: str = "website"
    structured: Sequence[Mapping[str, Any]] = ()
    queries: Sequence[tuple[Sequence[Any], Any]] = ()
    content: Markup = field(default_factory=Markup)
    preloads: Sequence[Preload] = ()


def render(files: BuiltFiles, page: Page, config: Mapping[str, Any]) -> bytes:
    """Return the HTML of a page."""
    data = _script("application/json", {"config": config, "queries": page.queries}, "page-data")
    home = Markup('<header><a href="/">{}</a></header>').format(config["name"])
    no_script = Markup("<noscript>{}{}</noscript>").format(home, page.content)
    parts = (files.before_head, _head(page, config), files.before_data, no_script, data, files.end)
    return "".join(parts).encode()


def _head(page: Page, config: Mapping[str, Any]) -> Markup:
    shop = config["name"]
    title = page.title if page.title == shop else f"{page.title} · {shop}"
    description = _shortened(page.description)
    tags = [
        Markup("<title>{}</title>").format(title),
        _property("og:site_name", shop),
        _property("og:title", page.title),
        _property("og:type", page.kind),
    ]
    if page.canonical:
        tags.append(Markup('<link rel="canonical" href="{}">').format(page.canonical))
        tags.append(_property("og:url", page.canonical))
    if description:
        tags.append(Markup('<meta name="description" content="{}">').format(description))
        tags.append(_property("og:description", description))
    if page.image:
        tags.append(_property("og:image", page.image))
    tags.extend(_preload(each) for each in page.preloads)
    tags.extend(_script("application/ld+json", each) for each in page.structured)
    return Markup("\n    ").join(tags)


def _preload(image: Preload) -> Markup:
    attributes = {
        "href": image.src,
        "imagesrcset": image.srcset,
        "imagesizes": image.sizes,
        "media": image.media,
    }
    values = Markup().join(
        Markup(' {}="{}"').format(name, value) for name, value in attributes.items() if value
    )
    return Markup('<link rel="preload" as="image" fetchpriority="high"{}>').format(values)


def _property(name: str, content: str) -> Markup:
    return Markup('<meta property="{}" content="{}">').format(name, content)


def _script(media_type: str, content: object, element_id: str | None = None) -> Markup:
    """A data block, which browsers do not execute. No text in it can end it."""
    text = orjson.dumps(content, option=orjson.OPT_NON_STR_KEYS).decode()
    # S704: `<` is the only character with a meaning in a data block.
    body = Markup(text.replace("<", "\\u003c"))  # noqa: S704
    identity = Markup(' id="{}"').format(element_id) if element_id else Markup()
    return Markup('<script type="{}"{}>{}</script>').format(media_type, identity, body)


def _shortened(text: str) -> str:
    words = " ".join(text.split())
    if len(words) <= _MAX_DESCRIPTION:
        return words
    return words[:_MAX_DESCRIPTION].rsplit(" ", 1)[0] + " …"


def breadcrumbs(trail: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """The structured data of a trail of names and absolute URLs."""
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": url}
            for position, (name, url) in enumerate(trail, start=1)
        ],
    }


def as_variant(product: Mapping[str, Any], variant: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON of a product as if it had only this variant.

    Google compares the page to which its feed links with the price of the variant in the feed.
    """
    of_variant = ("sku", "price", "compare_at_price", "lowest_price_30_days", "stock")
    subtitle = " · ".join(each for each in (product["subtitle"], variant["options"]) if each)
    return {
        **product,
        **{name: variant[name] for name in of_variant},
        "subtitle": subtitle,
        "available": variant["stock"] > 0,
        "variants": [variant],
    }


def product_offer(product: Mapping[str, Any], url: str) -> dict[str, Any]:
    """The structured data of a product, from its JSON."""
    prices = [variant["price"] for variant in product["variants"]]
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "priceCurrency": product["currency"],
        "price": product["price"],
        "availability": "https://schema.org/"
        + ("InStock" if product["available"] else "OutOfStock"),
    }
    if len(set(prices)) > 1:
        del offer["price"]
        by_amount = sorted(prices, key=float)
        offer |= {
            "@type": "AggregateOffer",
            "lowPrice": by_amount[0],
            "highPrice": by_amount[-1],
            "offerCount": len(prices),
        }
    described: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product["title"],
        "description": product["description"] or product["subtitle"] or product["title"],
        "offers": offer,
    }
    if brand := own_brand(product["brand"], product["title"]):
        described["brand"] = {"@type": "Brand", "name": brand}
    if product["image"]:
        described["image"] = [image["src"] for image in product["images"]]
    if product["sku"]:
        described["sku"] = product["sku"]
    if product["attributes"]:
        described["additionalProperty"] = [_property_value(each) for each in product["attributes"]]
    return described


def _property_value(attribute: Mapping[str, Any]) -> dict[str, Any]:
    described = {
        "@type": "PropertyValue",
        "name": attribute["name"],
        "value": attribute["value"],
    }
    if attribute["unit"]:
        described["unitText"] = attribute["unit"]
    return described


def organization(name: str, url: str) -> dict[str, Any]:
    """The structured data of the shop and its search."""
    return {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "Organization", "name": name, "url": url, "logo": f"{url}assets/icon.svg"},
            {
                "@type": "WebSite",
                "name": name,
                "url": url,
                "potentialAction": {
                    "@type": "SearchAction",
                    "target": f"{url}search?search={{search_term_string}}",
                    "query-input": "required name=search_term_string",
                },
            },
        ],
    }


def product_content(
    product: Mapping[str, Any],
    categories: Sequence[Mapping[str, Any]],
    texts: Texts,
    formats: Formats,
) -> Markup:
    """A product as it is shown without JavaScript."""
    image = (
        Markup('<img src="{}" alt="" width="300" height="400">').format(product["image"])
        if product["image"]
        else Markup()
    )
    stock = texts.in_stock if product["available"] else texts.sold_out
    attributes = Markup().join(
        Markup("<dt>{}</dt><dd>{}</dd>").format(each["name"], _attribute_text(each, texts, formats))
        for each in product["attributes"]
    )
    tags = Markup().join(
        Markup('<li><a rel="tag" href="/search?{}">{}</a></li>').format(
            urlencode({"tag": tag}), tag
        )
        for tag in product["tags"]
    )
    template = Markup("{}<main><h1>{}</h1>{}{}<p>{}. {}</p>{}{}{}{}</main>")
    return template.format(
        _links(categories),
        product["title"],
        image,
        _paragraph(product["subtitle"]),
        _price(product, texts, formats),
        stock,
        _lowest_price(product, texts, formats),
        Markup("<dl>{}</dl>").format(attributes) if attributes else "",
        _paragraph(product["description"]),
        Markup("<ul>{}</ul>").format(tags) if tags else "",
    )


def _price(product: Mapping[str, Any], texts: Texts, formats: Formats) -> str:
    """The price of a product, with that before the sale."""
    currency, before = product["currency"], product["compare_at_price"]
    price = formats.money(product["price"], currency)
    if before is None:
        return price
    return texts.sale_price.format(price=price, before=formats.money(before, currency))


def _lowest_price(product: Mapping[str, Any], texts: Texts, formats: Formats) -> Markup:
    """The lowest price of the 30 days before the sale, if there is a sale."""
    lowest = product["lowest_price_30_days"]
    if lowest is None:
        return Markup()
    return _paragraph(texts.lowest_price.format(price=formats.money(lowest, product["currency"])))


def _paragraph(text: str) -> Markup:
    return Markup("<p>{}</p>").format(text) if text else Markup()


def _attribute_text(attribute: Mapping[str, Any], texts: Texts, formats: Formats) -> str:
    value = attribute["value"]
    if isinstance(value, bool):
        return texts.yes if value else texts.no
    text = value if isinstance(value, str) else formats.number(value)
    # The space does not break.
    return f"{text}\u00a0{attribute['unit']}" if attribute["unit"] else text


def list_content(
    title: str,
    products: Sequence[Mapping[str, Any]],
    categories: Sequence[Mapping[str, Any]],
    formats: Formats,
    *,
    further: str = "",
) -> Markup:
    """A list of products with the categories, as it is shown without JavaScript.

    `further` is HTML below the products, such as the link to those after these.
    """
    items = Markup().join(
        Markup('<li><a href="/product/{}">{}</a>, {}</li>').format(
            each["id"], each["title"], formats.money(each["price"], each["currency"])
        )
        for each in products
    )
    template = Markup("{}<main><h1>{}</h1><ul>{}</ul>{}</main>")
    return template.format(_links(categories), escape(title), items, further)


def next_page(arguments: Iterable[tuple[str, str]], cursor: str | None, texts: Texts) -> Markup:
    """The link from a page of a list, with its query `arguments`, to the one at the cursor."""
    if cursor is None:
        return Markup()
    others = [(name, value) for name, value in arguments if name != "cursor"]
    query = urlencode([*others, ("cursor", cursor)])
    return Markup('<p><a rel="next" href="?{}">{}</a></p>').format(query, texts.next_page)


def collection_links(collections: Sequence[tuple[str, str]], texts: Texts) -> Markup:
    """Links to collections, each given by its slug and name."""
    if not collections:
        return Markup()
    items = Markup().join(
        Markup('<li><a href="/collection/{}">{}</a></li>').format(*each) for each in collections
    )
    return Markup("<h2>{}</h2><ul>{}</ul>").format(texts.collections, items)


def message_content(
    title: str, message: str, categories: Sequence[Mapping[str, Any]] = ()
) -> Markup:
    """A message with the categories, as a page without other content is shown."""
    return Markup("{}<main><h1>{}</h1><p>{}</p></main>").format(_links(categories), title, message)


def _links(categories: Sequence[Mapping[str, Any]]) -> Markup:
    links = Markup().join(
        Markup('<li><a href="/category/{}">{}</a></li>').format(each["slug"], each["name"])
        for each in categories
    )
    return Markup("<nav><ul>{}</ul></nav>").format(links)
