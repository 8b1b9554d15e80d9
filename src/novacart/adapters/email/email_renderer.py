"""Email rendering with Jinja."""

import re
from collections.abc import Mapping
from functools import partial
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files
from io import BytesIO
from typing import Final

from babel import Locale
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from novacart.adapters.email.formatting import day, money
from novacart.application.ports.email_renderer import RenderedEmail

TRANSLATIONS: Final = files(__package__) / "translations"
"""A file `<language>.po` for each language besides English, which the templates are written in."""

_ENGLISH: Final = "en"
_EMPTY_LINES: Final = re.compile(r"\n{3,}")


class JinjaEmailRenderer:
    """Renders `templates/<name>.txt` and `.html` in the language of `locale`, such as "de-DE".

    Without a translation, the texts are English, and amounts and dates have the format of the
    locale. The first line of the text template is the subject. A missing variable
    raises jinja2's `UndefinedError`. Variables are escaped in HTML.
    """

    def __init__(
        self, *, shop_name: str = "NovaCart", shop_url: str = "", locale: str = "en-IN"
    ) -> None:
        parsed = Locale.parse(locale, sep="-")
        self._templates = Environment(
            loader=PackageLoader(__package__, "templates"),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            # Otherwise each e-mail asks for the times of its templates' files.
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        translations = _translations(parsed.language)
        is_translated = translations is not None or parsed.language == _ENGLISH
        self._templates.install_gettext_translations(  # type: ignore[attr-defined]
            translations or NullTranslations(), newstyle=True
        )
        self._templates.filters |= {
            "money": partial(money, locale=parsed),
            "day": partial(day, locale=parsed),
        }
        self._templates.globals |= {
            "shop_name": shop_name,
            "shop_url": shop_url,
            "language": locale if is_translated else _ENGLISH,
            "direction": parsed.text_direction if is_translated else "ltr",
        }

    def render(self, template: str, context: Mapping[str, object]) -> RenderedEmail:
        rendered = self._templates.get_template(f"{template}.txt").render(context)
        subject, _, text = rendered.lstrip().partition("\n")
        subject = " ".join(subject.split())
        text = _EMPTY_LINES.sub("\n\n", text.strip()) + "\n"
        html = self._templates.get_template(f"{template}.html").render(
            dict(context) | {"subject": subject}
        )
        return RenderedEmail(subject=subject, text=text, html=html)


def _translations(language: str) -> GNUTranslations | None:
    """The translations into a language, if there are any."""
    path = TRANSLATIONS / f"{language}.po"
    if not path.is_file():
        return None
    # Half a megabyte that an English shop does not need.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    with path.open("rb") as file:
        catalog = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return GNUTranslations(compiled)
