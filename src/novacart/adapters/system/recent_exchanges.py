"""Recent exchanges of refresh tokens without a shared cache."""


class NoRecentExchanges:
    """Has none, so each use of a refresh token loads and locks its family."""

    def add(self, token_id: str) -> None: ...

    def has(self, token_id: str) -> bool:  # noqa: ARG002
        return False
