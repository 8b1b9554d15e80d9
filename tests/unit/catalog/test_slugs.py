import pytest
from hypothesis import given
from hypothesis import strategies as st

from novacart.domain.catalog.slugs import (
    MAX_SLUG,
    chosen_slug,
    generated_slug,
    product_of_generated,
    slugify,
    valid_slug,
)
from novacart.domain.shared.errors import InvalidValue
from novacart.domain.shared.ids import ProductId
from tests.support.builders.catalog import details


@pytest.mark.parametrize(
    ("text", "slug"),
    [
        ("Brass lamp, 40 cm", "brass-lamp-40-cm"),
        ("  --Books & More--  ", "books-more"),
        ("Crème Brûlée", "creme-brulee"),
        ("Straße, Łódź, Ærø", "strasse-lodz-aero"),
        ("Детские книги", "детские-книги"),
        ("日本語の本", "日本語の本"),
        ("हिन्दी किताब", "हिन्दी-किताब"),
        ("\uff26ull \uff57idth", "full-width"),
        ("a/b\\c?d#e%f", "a-b-c-d-e-f"),
        ("½ cup", "1-2-cup"),
        ("ǆ", "dz"),
        ("!?", ""),
    ],
)
def test_slug_of_text(text: str, slug: str) -> None:
    assert slugify(text) == slug


@given(st.text())
def test_slug_of_a_slug_is_itself(text: str) -> None:
    slug = slugify(text)
    assert slugify(slug) == slug
    assert not set(slug) & set(" /\\?#%&.:")


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Brass lamp", "brass-lamp-p17"),
        ("!?", "p17"),
        ("x" * 90, "x" * 80 + "-p17"),
        ("ß" + "x" * 77 + " a", "ss" + "x" * 77 + "-p17"),
    ],
)
def test_generated_slug_has_the_start_of_the_title(title: str, slug: str) -> None:
    assert generated_slug(title, ProductId(17)) == slug


@given(st.text(min_size=1), st.integers(min_value=1, max_value=2**53))
def test_generated_slug_is_short_and_leads_to_its_product(title: str, number: int) -> None:
    slug = generated_slug(title, ProductId(number))
    assert product_of_generated(slug) == number
    assert valid_slug(slug) == slug


@pytest.mark.parametrize("slug", ["lamp", "lamp-p", "lamp-p1x", "lamp-p01", "lamp-5", "p-1"])
def test_chosen_slug_leads_to_no_product_by_its_text(slug: str) -> None:
    assert product_of_generated(slug) is None
    assert chosen_slug(slug) == slug


@pytest.mark.parametrize(
    "slug", ["Lamp", "-lamp", "a--b", "a b", "lamp-p7", "p7", "x" * (MAX_SLUG + 1), "bücher"]
)
def test_invalid_slug_of_a_product_raises(slug: str) -> None:
    with pytest.raises(InvalidValue) as error:
        details(slug=slug)
    assert error.value.field == "slug"


def test_blank_slug_of_a_product_is_generated() -> None:
    assert details(slug="").slug is None
