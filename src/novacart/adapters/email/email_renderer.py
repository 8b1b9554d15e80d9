"""Letters written with Jinja."""

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from novacart.adapters.email.formatting import day, money
from novacart.application.ports.email_renderer import RenderedEmail


class JinjaEmailRenderer:
    """`templates/<name>.txt` and `.html`, each with the blocks of its `layout`.

    The text's first line is the subject. A fact that a template asks for and nobody gave is
    an error, not a blank; in HTML every fact is escaped.
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

    def write(self, name: str, facts: Mapping[str, object]) -> RenderedEmail:
        written = self._templates.get_template(f"{name}.txt").render(facts)
        subject, _, text = written.lstrip().partition("\n")
        subject = " ".join(subject.split())
        html = self._templates.get_template(f"{name}.html").render(
            dict(facts) | {"subject": subject}
        )
        return RenderedEmail(subject=subject, text=text.strip() + "\n", html=html)
