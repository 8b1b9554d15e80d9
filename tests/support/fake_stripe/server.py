"""The fake Stripe as an object in this process."""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.fake_stripe.api import Api, Disconnected
from tests.support.fake_stripe.controls import ControlRefused, Controls
from tests.support.fake_stripe.errors import StripeError, missing
from tests.support.fake_stripe.faults import Faults
from tests.support.fake_stripe.form import decode_form
from tests.support.fake_stripe.http_server import LoopbackServer
from tests.support.fake_stripe.ledger import Ledger
from tests.support.fake_stripe.operations import Operations
from tests.support.fake_stripe.pauses import Pauses
from tests.support.fake_stripe.request_log import RequestLog
from tests.support.fake_stripe.webhook_dispatcher import WebhookDispatcher
from tests.support.fake_stripe.wire import Request, Response, encode

RETRY_DELAYS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6)
_CONTROL = "/_test/"


class FakeStripe(Controls):
    """A fake Stripe on 127.0.0.1, in threads of this process.

    With a ``state_dir`` the ledger is kept. :meth:`stop` joins every thread and raises internal
    errors of the fake, so that no test passes because of them.
    """

    def __init__(
        self,
        *,
        port: int = 0,
        state_dir: Path | None = None,
        webhook_secret: str | None = None,
        retry_delays: tuple[float, ...] = RETRY_DELAYS,
    ) -> None:
        """Bind the port (0 for a free one); None keeps the setting in the state directory."""
        pauses = Pauses()
        self._ledger = Ledger(state_dir)
        self._dispatcher = WebhookDispatcher(self._ledger, retry_delays=retry_delays)
        faults, log = Faults(), RequestLog()
        self._api = Api(
            ledger=self._ledger,
            dispatcher=self._dispatcher,
            faults=faults,
            log=log,
            pauses=pauses,
        )
        self._operations = Operations(
            ledger=self._ledger, dispatcher=self._dispatcher, faults=faults, log=log, pauses=pauses
        )
        if webhook_secret is not None:
            self._ledger.save_setting("webhook_secrets", [webhook_secret])
        self._failures: list[Exception] = []
        self._http = LoopbackServer(port, self._respond, pauses)
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def start(self) -> Self:
        """Start serving and delivering events."""
        self._dispatcher.start()
        self._http.start()
        return self

    def stop(self) -> None:
        """Stop, close everything, and raise internal errors."""
        self._http.stop()
        self._dispatcher.stop()
        self._ledger.close()
        if self._failures:
            raise ExceptionGroup("the fake Stripe itself is broken", self._failures)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self, operation: str, arguments: dict[str, Any]) -> Any:  # noqa: ANN401 - any JSON value
        try:
            return self._operations.run(operation, arguments)
        except (StripeError, ValueError) as error:
            raise ControlRefused(str(error)) from error

    def _respond(
        self, method: str, path: str, query: str, headers: dict[str, str], body: str
    ) -> Response:
        try:
            if path.startswith(_CONTROL):
                arguments = json.loads(body) if body else {}
                return _control(self, path.removeprefix(_CONTROL), arguments)
            if path == "/elsewhere":
                return Response(status=200, body=b"<html></html>", content_type="text/html")
            parameters = decode_form(query if method == "GET" else body)
            return self._api.response(
                Request(method=method, path=path, parameters=parameters, headers=headers)
            )
        except StripeError as error:
            return error.response()
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - raised at the stop
            traceback.print_exc()
            self._failures.append(error)
            message = f"the fake Stripe itself is broken: {error!r}"
            return Response(status=500, body=encode({"error": {"message": message}}))


def _control(controls: FakeStripe, operation: str, arguments: dict[str, Any]) -> Response:
    try:
        if not operation.isidentifier():
            raise missing("control", operation, param="operation")
        result = controls._run(operation, arguments)
    except (ControlRefused, StripeError, TypeError) as error:
        return Response(status=400, body=encode({"refused": str(error)}))
    return Response(status=200, body=encode({"result": result}))
