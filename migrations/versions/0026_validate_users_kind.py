"""Check the existing users for the rule of guests."""

from novacart.adapters.persistence.online_changes import validate_constraint

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    validate_constraint("users", "ck_users_kind")


def downgrade() -> None:
    """The revision before removes the constraint."""
