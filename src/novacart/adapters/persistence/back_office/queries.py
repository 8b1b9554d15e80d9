"""Everything that staff ask, from one database."""

from novacart.adapters.persistence.back_office.accounts import SqlAccountsBackOffice
from novacart.adapters.persistence.back_office.catalogue import SqlCatalogBackOffice
from novacart.adapters.persistence.back_office.messages import SqlMessagesBackOffice
from novacart.adapters.persistence.back_office.orders import SqlOrdersBackOffice
from novacart.adapters.persistence.back_office.payments import SqlPaymentsBackOffice
from novacart.adapters.persistence.database import Database


class SqlBackOfficeQueries:
    """The desks' questions under one roof. `currency` is the shop's."""

    def __init__(self, database: Database, currency: str) -> None:
        catalogue = SqlCatalogBackOffice(database)
        orders = SqlOrdersBackOffice(database)
        payments = SqlPaymentsBackOffice(database)
        people = SqlAccountsBackOffice(database, currency)
        messages = SqlMessagesBackOffice(database)
        self.products = catalogue.products
        self.product = catalogue.product
        self.categories = catalogue.categories
        self.category = catalogue.category
        self.orders = orders.orders
        self.order = orders.order
        self.payments = payments.payments
        self.payment = payments.payment
        self.refunds = payments.refunds
        self.refund = payments.refund
        self.webhook_events = payments.webhook_events
        self.webhook_event = payments.webhook_event
        self.customers = people.customers
        self.staff = people.staff
        self.person = people.person
        self.outbox = messages.outbox
        self.outbox_message = messages.outbox_message
        self.audit = messages.audit
        self.audit_entry = messages.audit_entry
