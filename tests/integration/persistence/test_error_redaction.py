"""An error of the database may be logged: it says what failed, and not with whose data."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from novacart.adapters.persistence.database import Database


def test_a_statement_that_fails_does_not_tell_its_parameters(database: Database) -> None:
    statement = text("SELECT nothing_like_it FROM users WHERE email = :email")
    with pytest.raises(SQLAlchemyError) as failed, database.reading() as connection:
        connection.execute(statement, {"email": "canary@example.com"})
    assert "nothing_like_it" in str(failed.value)
    assert "canary" not in str(failed.value)
