"""Contract tests of the fake idempotency keys."""

from tests.support.contracts.idempotency_keys import IdempotencyKeysContract


class TestFakeIdempotencyKeys(IdempotencyKeysContract):
    pass
