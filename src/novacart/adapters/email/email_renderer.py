"""Email rendering with Jinja."""

import re
from collections.abc import Mapping
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from novacart.adapters.email.formatting import day, money
from novacart.application.ports.email_renderer import RenderedEmail

_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class JinjaEmailRenderer:
    """Renders `templates/<name>.txt` and `.html`.

    The first line of the text template is the subject. A missing variable raises jinja2's
    `UndefinedError`. Variables are escaped in HTML.
    """

    def __init__(self, *, shop_name: str = "NovaCart", shop_url: str = "") -> None:
        self._templates = Environment(
            loader=PackageLoader(__package__, "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"money": money, "day": day}
        self._templates.globals |= {"shop_name": shop_name, "shop_url": shop_url}

    def render(self, template: str, context: Mapping[str, object]) -> RenderedEmail:
        rendered = self._templates.get_template(f"{template}.txt").render(context)
        subject, _, text = rendered.lstrip().partition("\n")
        subject = " ".join(subject.split())
        text = _EMPTY_LINES.sub("\n\n", text.strip()) + "\n"
        html = self._templates.get_template(f"{template}.html").render(
            dict(context) | {"subject": subject}
        )
        return RenderedEmail(subject=subject, text=text, html=html)
