"""Health check of the web server on this machine: `python -m novacart.entrypoints.health`.

Containers run it every few seconds, so it imports little.
"""

import http.client
import os
import sys
from http import HTTPStatus
from typing import Final

from dotenv import dotenv_values

_PATH: Final = "/api/health/ready/"
_TIMEOUT: Final = 4.0


def check_health(values: dict[str, str | None]) -> str | None:
    """Return why the server at HOST and PORT is not ready, None if it is.

    The request has an allowed host name: with any other, the server responds with 400.
    """
    host = values.get("HOST") or "127.0.0.1"
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (compared)
    port = int(values.get("PORT") or "8000")
    name = (values.get("ALLOWED_HOSTS") or "localhost").split(",")[0].strip().removeprefix(".")
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT)
    try:
        connection.request("GET", _PATH, headers={"Host": "localhost" if name == "*" else name})
        response = connection.getresponse()
        body = response.read()
    except (OSError, http.client.HTTPException) as error:
        return f"{type(error).__name__}: {error}"
    finally:
        connection.close()
    if response.status == HTTPStatus.OK:
        return None
    return f"{response.status}: {body[:500].decode(errors='replace')}"


def main() -> None:
    """Exit with code 1 and a line on standard output if the server is not ready."""
    problem = check_health({**dotenv_values(".env"), **os.environ})
    if problem:
        print(problem)  # noqa: T201 (the container engine shows it)
        sys.exit(1)


if __name__ == "__main__":
    main()
