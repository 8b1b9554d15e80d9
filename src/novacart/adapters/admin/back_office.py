"""The use cases, queries and ports available to the views."""

from dataclasses import dataclass
from datetime import tzinfo

from novacart.adapters.admin.sign_in.sessions import StaffSessions
from novacart.application.accounts.change_password import ChangePassword
from novacart.application.accounts.disable_user import DisableUser, EnableUser
from novacart.application.accounts.end_sessions import EndSessions
from novacart.application.accounts.grant_role import GrantRole
from novacart.application.accounts.invite_staff import (
    AcceptInvitation,
    CheckInvitation,
    InviteStaff,
    ResendInvitation,
)
from novacart.application.accounts.queries import AccountQueries
from novacart.application.accounts.reauthenticate import Reauthenticate
from novacart.application.accounts.request_password_reset import RequestPasswordReset
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetup,
    DisableMfa,
    ReplaceRecoveryCodes,
    ResetMfa,
    StartMfaSetup,
)
from novacart.application.accounts.staff_security import StaffSecurityPolicy
from novacart.application.accounts.unlock_account import UnlockAccount
from novacart.application.authorization.limits import StaffLimits
from novacart.application.authorization.reauthentication import ReauthenticationPolicy
from novacart.application.authorization.throttle import SignInThrottle
from novacart.application.back_office.attention import AttentionQueries
from novacart.application.back_office.dashboard import DashboardQueries
from novacart.application.back_office.operations import HealthQueries
from novacart.application.back_office.queries import BackOfficeQueries
from novacart.application.back_office.retry_messages import RetryMessages
from novacart.application.catalog.add_category import AddCategory
from novacart.application.catalog.add_picture import AddPicture
from novacart.application.catalog.add_product import AddProduct
from novacart.application.catalog.add_variants import AddVariant, FillVariants
from novacart.application.catalog.adjust_stock import AdjustStock
from novacart.application.catalog.archive_product import ArchiveProduct
from novacart.application.catalog.archive_variant import ArchiveVariant, RestoreVariant
from novacart.application.catalog.change_price import ChangePrice
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    EditAttribute,
    RemoveAttribute,
)
from novacart.application.catalog.edit_category import EditCategory
from novacart.application.catalog.edit_collections import AddCollection, EditCollection
from novacart.application.catalog.edit_options import AddOption, EditOptions, RemoveOption
from novacart.application.catalog.edit_pictures import EditPictures, RemovePicture
from novacart.application.catalog.edit_product import EditProduct
from novacart.application.catalog.edit_variants import EditVariants
from novacart.application.catalog.export_products import ExportProducts
from novacart.application.catalog.import_jobs import (
    ChangeImport,
    DiscardImport,
    ImportJobQueries,
    PreviewImport,
    StartImport,
    UndoImport,
    UploadImport,
)
from novacart.application.catalog.move_category import MoveCategory
from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import CatalogQueries
from novacart.application.catalog.restore_product import RestoreProduct
from novacart.application.catalog.set_default_variant import SetDefaultVariant
from novacart.application.catalog.upload_category_image import UploadCategoryImage
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.fulfil_order import DeliverOrder, ShipOrder, StartProcessing
from novacart.application.ordering.return_goods import ReceiveReturnedGoods, ReturnOrder
from novacart.application.ordering.revoke_order_links import RevokeOrderLinks
from novacart.application.payments.request_refund import RequestRefund
from novacart.application.payments.resolve_refund import RetryRefund, SettleRefund, SupersedeRefund
from novacart.application.payments.retry_event import RetryEvent
from novacart.application.ports.clock import Clock
from novacart.application.ports.readiness import Readiness
from novacart.application.ports.request_context import RequestContexts


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogActions:
    add_product: AddProduct
    edit_product: EditProduct
    change_price: ChangePrice
    archive_product: ArchiveProduct
    restore_product: RestoreProduct
    adjust_stock: AdjustStock
    add_option: AddOption
    edit_options: EditOptions
    remove_option: RemoveOption
    add_variant: AddVariant
    fill_variants: FillVariants
    edit_variants: EditVariants
    archive_variant: ArchiveVariant
    restore_variant: RestoreVariant
    set_default_variant: SetDefaultVariant
    upload_import: UploadImport
    preview_import: PreviewImport
    change_import: ChangeImport
    discard_import: DiscardImport
    start_import: StartImport
    undo_import: UndoImport
    export_products: ExportProducts
    add_category: AddCategory
    edit_category: EditCategory
    add_attribute: AddAttribute
    edit_attribute: EditAttribute
    remove_attribute: RemoveAttribute
    add_collection: AddCollection
    edit_collection: EditCollection
    move_category: MoveCategory
    add_picture: AddPicture
    edit_pictures: EditPictures
    remove_picture: RemovePicture
    upload_category_image: UploadCategoryImage


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderActions:
    start_processing: StartProcessing
    ship: ShipOrder
    deliver: DeliverOrder
    cancel: CancelOrder
    refund: RequestRefund
    return_order: ReturnOrder
    receive: ReceiveReturnedGoods
    revoke_links: RevokeOrderLinks
    retry_refund: RetryRefund
    settle_refund: SettleRefund
    supersede_refund: SupersedeRefund


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountActions:
    invite: InviteStaff
    resend_invitation: ResendInvitation
    check_invitation: CheckInvitation
    accept_invitation: AcceptInvitation
    grant_role: GrantRole
    disable: DisableUser
    enable: EnableUser
    request_reset: RequestPasswordReset
    change_password: ChangePassword
    unlock: UnlockAccount
    end_sessions: EndSessions
    reauthenticate: Reauthenticate
    start_mfa_setup: StartMfaSetup
    confirm_mfa_setup: ConfirmMfaSetup
    replace_recovery_codes: ReplaceRecoveryCodes
    disable_mfa: DisableMfa
    reset_mfa: ResetMfa


@dataclass(frozen=True, slots=True, kw_only=True)
class BackOffice:
    """`provider` is the display name of the payment provider.

    Prices are in `currency` (ISO 4217). Numbers are shown as in `locale`, a language with a region
    such as `en-IN`, days and times as in `zone`; words are English.
    """

    sessions: StaffSessions
    sign_in_throttle: SignInThrottle
    contexts: RequestContexts
    clock: Clock
    locale: str
    zone: tzinfo
    currency: str
    limits: StaffLimits
    reauthentication: ReauthenticationPolicy
    staff_security: StaffSecurityPolicy
    account_queries: AccountQueries
    queries: BackOfficeQueries
    catalog_queries: CatalogQueries
    collections: CollectionQueries
    prices: PriceQueries
    imports: ImportJobQueries
    dashboard: DashboardQueries
    attention: AttentionQueries
    health: HealthQueries
    readiness: Readiness
    provider: str
    catalog: CatalogActions
    orders: OrderActions
    accounts: AccountActions
    retry_messages: RetryMessages
    retry_event: RetryEvent
