"""Problems of the rows of product files, with codes that stay the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

from novacart.domain.shared.errors import DomainError, InvalidValue


class ProblemCode(StrEnum):
    """Why a row, or a value of it, was not imported. Programs that read reports compare them."""

    # Of rows that are rejected.
    UNREADABLE_ROW = "unreadable_row"
    INVALID_VALUE = "invalid_value"
    MISSING_VALUE = "missing_value"
    PRODUCT_NOT_FOUND = "product_not_found"
    VARIANT_NOT_FOUND = "variant_not_found"
    AMBIGUOUS_PRODUCT = "ambiguous_product"
    ARCHIVED = "archived"
    DUPLICATE_COMBINATION = "duplicate_combination"
    CATALOG_LIMIT_REACHED = "catalog_limit_reached"
    CONTRADICTS_EARLIER_ROW = "contradicts_earlier_row"
    NOT_SOLD = "not_sold"
    INCOMPLETE_PRODUCT = "incomplete_product"
    PRODUCT_REJECTED = "product_rejected"
    RULE_BROKEN = "rule_broken"
    # Of rows that are rejected, or of values that are left out.
    SKU_TAKEN = "sku_taken"
    SLUG_TAKEN = "slug_taken"
    CATEGORY_NOT_FOUND = "category_not_found"
    # Of values.
    VALUE_LEFT_OUT = "value_left_out"
    VALUE_CUT = "value_cut"
    VALUE_REPLACED = "value_replaced"
    PICTURE_LEFT_OUT = "picture_left_out"
    SHOWN_HERE = "shown_here"
    PRICE_WITHOUT_TAX = "price_without_tax"


_NO_COLUMNS: Final[Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProblem:
    """A row, or a value of it, that was not imported: its line and column, and the reason."""

    line: int
    column: str | None = None
    reason: str
    code: str

    @classmethod
    def of_error(
        cls, error: DomainError, line: int, columns: Mapping[str, str] = _NO_COLUMNS
    ) -> Self:
        """The problem of a row. `columns` are names of columns by those of fields."""
        column = error.field if isinstance(error, InvalidValue | RowRejected) else None
        return cls(
            line=line,
            column=column and columns.get(column, column),
            reason=error.message,
            code=_code_of(error),
        )


class RowRejected(DomainError):
    """A row that can't be imported, with the code of the problem, and perhaps the field."""

    def __init__(self, problem: ProblemCode, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.problem = problem
        self.field = field


def _code_of(error: DomainError) -> str:
    if isinstance(error, RowRejected):
        return error.problem.value
    return error.code if error.code in _CODES else ProblemCode.RULE_BROKEN.value


_CODES: Final = {each.value for each in ProblemCode}
