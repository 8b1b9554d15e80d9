"""Addresses of the pages of the storefront that links about accounts open."""

from novacart.domain.shared.ids import UserId


class AccountUrls:
    """`frontend_url` is the storefront."""

    def __init__(self, *, frontend_url: str) -> None:
        self._frontend_url = frontend_url.rstrip("/")

    def reset_password(self, user_id: UserId, token: str) -> str:
        return f"{self._frontend_url}/reset-password/{user_id}/{token}"

    def verify_email(self, token: str) -> str:
        return f"{self._frontend_url}/verify-email/{token}"
