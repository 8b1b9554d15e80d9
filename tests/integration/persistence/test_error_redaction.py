"""Database errors are logged, so they must not contain customers' data."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from novacart.adapters.persistence.database import Database


def test_error_message_omits_statement_parameters(database: Database) -> None:
    statement = text("SELECT no_such_column FROM users WHERE email = :email")
    with pytest.raises(SQLAlchemyError) as error, database.reading() as connection:
        connection.execute(statement, {"email": "canary@example.com"})
    assert "no_such_column" in str(error.value)
    assert "canary" not in str(error.value)
