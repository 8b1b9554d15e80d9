"""Events, keys, messages and sessions that should have come to an end."""

from datetime import timedelta
from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

_SOME_MINUTES: Final = timedelta(minutes=15)

EVENTS_HANDLED: Final = (
    AuditCheck(
        sentence="Webhook event {id} ({type}) waits since {received_at}.",
        population="SELECT count(*) FROM webhook_events",
        contradictions="""
            SELECT id, type, received_at FROM webhook_events
            WHERE state = 'pending' AND next_attempt_at < :overdue
        """,
        moments={"overdue": -_SOME_MINUTES},
    ),
)

KEYS_RELEASED: Final = (
    AuditCheck(
        sentence="A key of user {user_id} is locked until {locked_until}.",
        population="SELECT count(*) FROM idempotency_keys",
        contradictions="""
            SELECT user_id, locked_until FROM idempotency_keys
            WHERE state = 'in_progress' AND locked_until > :far
        """,
        moments={"far": _SOME_MINUTES},
    ),
    AuditCheck(
        sentence="A key of user {user_id} should have been forgotten at {expires_at}.",
        population="SELECT count(*) FROM idempotency_keys",
        contradictions="""
            SELECT user_id, expires_at FROM idempotency_keys WHERE expires_at < :forgotten
        """,
        moments={"forgotten": timedelta(days=-2)},
    ),
)

# What a customer is written to about once in an order's life.
_ONCE: Final = "('order.confirmed', 'order.shipped', 'order.cancelled')"

_ORDER_ID: Final = {
    "sqlite": "CAST(json_extract(payload, '$.order_id') AS BIGINT)",
    "postgresql": "CAST(payload::json ->> 'order_id' AS BIGINT)",
}


def messages_sent(dialect: str) -> tuple[AuditCheck, ...]:
    """The two databases look into a JSON text in their own words."""
    order_id = _ORDER_ID[dialect]
    return (
        AuditCheck(
            sentence="Message {id} ({name}) is due since {next_attempt_at}.",
            population="SELECT count(*) FROM outbox_messages",
            contradictions="""
                SELECT id, name, next_attempt_at FROM outbox_messages
                WHERE state = 'pending' AND next_attempt_at < :overdue
            """,
            moments={"overdue": -_SOME_MINUTES},
        ),
        AuditCheck(
            sentence="Order {order_id} has {count} messages {name}.",
            population=f"SELECT count(*) FROM outbox_messages WHERE name IN {_ONCE}",  # noqa: S608
            contradictions=f"""
                SELECT name, {order_id} AS order_id, count(*) AS count
                FROM outbox_messages WHERE name IN {_ONCE}
                GROUP BY name, {order_id} HAVING count(*) > 1
            """,  # noqa: S608 (constants of this module)
        ),
        AuditCheck(
            sentence="Message {id} ({name}) tells of order {order_id}, which does not exist.",
            population="SELECT count(*) FROM outbox_messages WHERE name LIKE 'order.%'",
            contradictions=f"""
                SELECT m.id, m.name, m.order_id
                FROM (SELECT id, name, {order_id} AS order_id
                      FROM outbox_messages WHERE name LIKE 'order.%') m
                LEFT JOIN orders o ON o.id = m.order_id WHERE o.id IS NULL
            """,  # noqa: S608 (constants of this module)
        ),
    )


SESSIONS_ENDED: Final = (
    AuditCheck(
        sentence="Session {id} of user {user_id} outlives the account or its password.",
        population="SELECT count(*) FROM token_families",
        contradictions="""
            SELECT f.id, f.user_id FROM token_families f JOIN users u ON u.id = f.user_id
            WHERE f.revoked_at IS NULL
            AND (NOT u.is_active OR f.opened_at < u.password_changed_at)
        """,
    ),
)
