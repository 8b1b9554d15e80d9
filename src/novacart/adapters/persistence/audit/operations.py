"""Checks of webhook events, idempotency keys, outbox messages and sessions."""

from datetime import timedelta
from typing import Final

from novacart.adapters.persistence.audit.audit_check import AuditCheck

_GRACE_PERIOD: Final = timedelta(minutes=15)

WEBHOOK_EVENTS: Final = (
    AuditCheck(
        message="Webhook event {id} ({type}) is pending since {received_at}.",
        population="SELECT count(*) FROM webhook_events",
        violations="""
            SELECT id, type, received_at FROM webhook_events
            WHERE state = 'pending' AND next_attempt_at < :overdue
        """,
        times={"overdue": -_GRACE_PERIOD},
    ),
)

IDEMPOTENCY_KEYS: Final = (
    AuditCheck(
        message="An idempotency key of user {user_id} is locked until {locked_until}.",
        population="SELECT count(*) FROM idempotency_keys",
        violations="""
            SELECT user_id, locked_until FROM idempotency_keys
            WHERE state = 'in_progress' AND locked_until > :latest
        """,
        times={"latest": _GRACE_PERIOD},
    ),
    AuditCheck(
        message="An idempotency key of user {user_id} expired at {expires_at} and was not deleted.",
        population="SELECT count(*) FROM idempotency_keys",
        violations="""
            SELECT user_id, expires_at FROM idempotency_keys WHERE expires_at < :deleted_by
        """,
        times={"deleted_by": timedelta(days=-2)},
    ),
)

# Events that happen at most once for each order; each sends an e-mail.
_UNIQUE_EVENTS: Final = "('order.confirmed', 'order.shipped', 'order.cancelled', 'order.returned')"

_ORDER_ID: Final = {
    "sqlite": "CAST(json_extract(payload, '$.order_id') AS BIGINT)",
    "postgresql": "CAST(payload::json ->> 'order_id' AS BIGINT)",
}


def outbox_messages(dialect: str) -> tuple[AuditCheck, ...]:
    """Return the checks; JSON functions differ between the dialects."""
    order_id = _ORDER_ID[dialect]
    return (
        AuditCheck(
            message="Message {id} ({name}) is due since {next_attempt_at}.",
            population="SELECT count(*) FROM outbox_messages",
            violations="""
                SELECT id, name, next_attempt_at FROM outbox_messages
                WHERE state = 'pending' AND next_attempt_at < :overdue
            """,
            times={"overdue": -_GRACE_PERIOD},
        ),
        AuditCheck(
            message="Order {order_id} has {count} {name} events.",
            population=f"SELECT count(*) FROM outbox_messages WHERE name IN {_UNIQUE_EVENTS}",  # noqa: S608
            violations=f"""
                SELECT name, {order_id} AS order_id, count(*) AS count
                FROM outbox_messages WHERE name IN {_UNIQUE_EVENTS}
                GROUP BY name, {order_id} HAVING count(*) > 1
            """,  # noqa: S608 (constants of this module)
        ),
        AuditCheck(
            message="Message {id} ({name}): order {order_id} does not exist.",
            population="SELECT count(*) FROM outbox_messages WHERE name LIKE 'order.%'",
            violations=f"""
                SELECT m.id, m.name, m.order_id
                FROM (SELECT id, name, {order_id} AS order_id
                      FROM outbox_messages WHERE name LIKE 'order.%') m
                LEFT JOIN orders o ON o.id = m.order_id WHERE o.id IS NULL
            """,  # noqa: S608 (constants of this module)
        ),
    )


SESSIONS: Final = (
    AuditCheck(
        message="Session {id} of user {user_id} is active after the account was disabled or the"
        " password changed.",
        population="SELECT count(*) FROM token_families",
        violations="""
            SELECT f.id, f.user_id FROM token_families f JOIN users u ON u.id = f.user_id
            WHERE f.revoked_at IS NULL
            AND (NOT u.is_active OR f.opened_at < u.password_changed_at)
        """,
    ),
)


ORDER_LINKS: Final = (
    AuditCheck(
        message="Order {number} of a customer of kind {kind} has the link generation"
        " {link_generation}.",
        population="SELECT count(*) FROM orders",
        violations="""
            SELECT o.number, u.kind, o.link_generation
            FROM orders o JOIN users u ON u.id = o.user_id
            WHERE (u.kind = 'GUEST') <> (o.link_generation IS NOT NULL)
        """,
    ),
)
