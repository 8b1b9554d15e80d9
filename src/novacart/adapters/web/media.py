"""Images as clients need them: absolute addresses."""

from urllib.parse import quote

from flask import request


def absolute(image: str | None) -> str | None:
    """The image's absolute URL; a path of this shop is put behind the request's own address."""
    if not image:
        return None
    if image.startswith(("https://", "http://")):
        return image
    return request.host_url + quote(image.lstrip("/"))
