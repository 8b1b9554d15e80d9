"""Idempotency keys in memory keep their port's contract."""

from tests.support.contracts.idempotency_keys import IdempotencyKeysContract


class TestMemoryIdempotencyKeys(IdempotencyKeysContract):
    pass
