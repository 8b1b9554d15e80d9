"""Share between the applications of a process what is the same in all of them.

Each test creates an application, which takes two thirds of the time longer without this.
"""

from functools import cache
from typing import Any, ClassVar

import flask_smorest
import pytest
from injector import inject
from jinja2 import Environment
from marshmallow import Schema
from werkzeug.routing import Rule

from novacart.adapters.web.http.app import NovaCartFlask

Builder = Any  # a function that Werkzeug generates


class _SharedRule(Rule):
    """A rule that takes what is compiled from an equal rule, if there is one.

    It depends on the rule's text and default values only.
    """

    _NAMES: ClassVar = ("_parts", "_trace", "_converters", "arguments")
    _compiled: ClassVar[dict[str, tuple[dict[str, Any], Builder, Builder]]] = {}

    def compile(self) -> None:
        if self.defaults or self.subdomain:
            super().compile()
            return
        if self.rule not in self._compiled:
            super().compile()
            parts = {name: getattr(self, name) for name in self._NAMES}
            build, build_unknown = vars(self)["_build"], vars(self)["_build_unknown"]
            self._compiled[self.rule] = (parts, build.__func__, build_unknown.__func__)
        parts, build, build_unknown = self._compiled[self.rule]
        self.__dict__.update(parts)
        self._build = build.__get__(self)
        self._build_unknown = build_unknown.__get__(self)


def _copied(document: Any) -> Any:  # noqa: ANN401 (a tree of dictionaries and lists)
    """Copy the documentation of a route, but not its schemas, which nothing changes."""
    if isinstance(document, dict):
        return {key: _copied(value) for key, value in document.items()}
    if isinstance(document, list):
        return [_copied(value) for value in document]
    return document


@cache
def _instance(schema: type[Schema]) -> Schema:
    return schema()


def _shared_instance(schema: Any) -> Any:  # noqa: ANN401 (a schema, its class or a reference)
    return _instance(schema) if isinstance(schema, type) else schema


_compile = Environment.compile
_templates: dict[tuple[object, ...], Any] = {}


def _shared_template(
    environment: Environment, source: str, name: str | None = None, filename: str | None = None
) -> Any:  # noqa: ANN401 (code)
    """Compile a file of templates once for all environments of a class."""
    if filename is None:
        return _compile(environment, source, name)
    key = (type(environment), source, name, filename)
    if key not in _templates:
        _templates[key] = _compile(environment, source, name, filename)
    return _templates[key]


def share_parts() -> None:
    """
    Share compiled rules and templates, the annotations that injector reads from each use case, and
    the schemas of documented responses.
    """
    patch = pytest.MonkeyPatch()
    patch.setattr(Environment, "compile", _shared_template)
    for module in (flask_smorest.arguments, flask_smorest.blueprint, flask_smorest.response):
        patch.setattr(module, "deepcopy", _copied)
    patch.setattr(flask_smorest.response, "resolve_schema_instance", _shared_instance)
    patch.setattr(NovaCartFlask, "url_rule_class", _SharedRule)
    patch.setattr("novacart.entrypoints.container.inject", cache(inject))
