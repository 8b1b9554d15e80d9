"""Forms of the back office."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from novacart.adapters.admin.catalog.forms import NewCategoryForm, NewProductForm


@pytest.mark.parametrize("form_class", [NewCategoryForm, NewProductForm])
@pytest.mark.parametrize(
    ("key", "is_valid"), [("", True), ("a" * 43, True), ("a" * 300, False), ("a\0", False)]
)
def test_forged_key_of_a_form_is_refused(
    form_class: type[NewCategoryForm | NewProductForm], key: str, *, is_valid: bool
) -> None:
    app = Flask(__name__)
    app.secret_key = "x" * 32
    with app.test_request_context():
        form = form_class(MultiDict({"key": key}))
        assert form.key.validate(form) is is_valid
