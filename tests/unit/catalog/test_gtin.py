import pytest

from novacart.domain.catalog.gtin import check_digit, is_global, parse_gtin
from novacart.domain.shared.errors import InvalidValue


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("96385074", "96385074"),
        ("036000291452", "036000291452"),
        ("4006381333931", "4006381333931"),
        ("629-1041-50021-3", "6291041500213"),
        (" 0 4006381 33393 1 ", "04006381333931"),
        ("", None),
        (" - ", None),
        (None, None),
    ],
)
def test_parse_returns_the_digits(text: str | None, digits: str | None) -> None:
    assert parse_gtin("barcode", text) == digits


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("9638507", True),
        ("2638507", False),
        ("0000000", False),
        ("03600029145", True),
        ("20012345678", False),
        ("40012345678", False),
        ("400638133393", True),
        ("200123456789", False),
        ("040123456789", False),
        ("981123456789", False),
        ("000000000000", False),
        ("0400638133393", True),
        ("1200123456789", False),
    ],
)
def test_number_for_use_within_a_company_is_not_global(body: str, *, expected: bool) -> None:
    gtin = parse_gtin("barcode", f"{body}{check_digit(body)}")
    assert gtin is not None
    assert is_global(gtin) == expected


@pytest.mark.parametrize(
    "text",
    [
        "96385075",
        "036000291453",
        "4006381333932",
        "4006381333913",  # two digits exchanged
        "04006381333930",
        "400638133393",  # one digit is missing
        "4006381333931000",
        "1",
        "40063813339३1",
        "400638133393X",
    ],
)
def test_invalid_barcode_raises(text: str) -> None:
    with pytest.raises(InvalidValue) as raised:
        parse_gtin("barcode", text)
    assert raised.value.field == "barcode"


def test_check_digit_detects_every_wrong_digit() -> None:
    digits = "400638133393"
    wrong = {
        digits[:place] + other + digits[place + 1 :]
        for place in range(len(digits))
        for other in "0123456789"
        if other != digits[place]
    }
    assert all(check_digit(each) != check_digit(digits) for each in wrong)
