"""The routes of all features."""

from functools import partial

from injector import Injector, Module, provider, singleton

from novacart.adapters.imaging.image_processor import MAX_BYTES
from novacart.adapters.sandbox.customer import SandboxCustomer
from novacart.adapters.sandbox.gateway import SandboxGateway
from novacart.adapters.web.accounts.email_routes import email_blueprint
from novacart.adapters.web.accounts.mfa_routes import mfa_blueprint
from novacart.adapters.web.accounts.routes import accounts_blueprint, password_reset_blueprint
from novacart.adapters.web.accounts.session_cookie import SessionCookie
from novacart.adapters.web.accounts.session_routes import session_list_blueprint, sessions_blueprint
from novacart.adapters.web.accounts.token_routes import tokens_blueprint
from novacart.adapters.web.addresses.routes import addresses_blueprint
from novacart.adapters.web.cart.guest_routes import guests_blueprint
from novacart.adapters.web.cart.routes import cart_blueprint
from novacart.adapters.web.catalog.attribute_routes import attributes_blueprint
from novacart.adapters.web.catalog.best_seller_routes import best_sellers_blueprint
from novacart.adapters.web.catalog.category_routes import categories_staff_blueprint
from novacart.adapters.web.catalog.collection_routes import (
    collections_blueprint,
    collections_staff_blueprint,
)
from novacart.adapters.web.catalog.feed_routes import feeds_blueprint
from novacart.adapters.web.catalog.price_routes import prices_blueprint
from novacart.adapters.web.catalog.product_documents import ProductDocuments
from novacart.adapters.web.catalog.routes import catalog_blueprint, categories_blueprint
from novacart.adapters.web.catalog.slug_routes import slugs_blueprint
from novacart.adapters.web.catalog.staff_routes import (
    catalog_staff_blueprint,
    product_images_blueprint,
)
from novacart.adapters.web.catalog.variant_routes import options_blueprint, variants_blueprint
from novacart.adapters.web.http.blueprint import Blueprint
from novacart.adapters.web.media.routes import media_blueprint
from novacart.adapters.web.operations.routes import operations_blueprint
from novacart.adapters.web.ordering.link_routes import order_links_blueprint
from novacart.adapters.web.ordering.routes import orders_blueprint
from novacart.adapters.web.payments.routes import payments_blueprint
from novacart.adapters.web.payments.sandbox_routes import sandbox_blueprint
from novacart.adapters.web.payments.webhook_routes import webhooks_blueprint
from novacart.adapters.web.shop.routes import shop_blueprint
from novacart.adapters.web.wishlist.routes import wishlist_blueprint
from novacart.application.accounts.authenticate_user import VerifyToken
from novacart.application.accounts.change_password import ChangePassword
from novacart.application.accounts.confirm_password_reset import (
    CheckResetToken,
    ConfirmPasswordReset,
)
from novacart.application.accounts.edit_address_book import (
    AddAddress,
    ChangeAddress,
    RemoveAddress,
    SetDefaultAddress,
)
from novacart.application.accounts.end_sessions import EndSession, EndSessions
from novacart.application.accounts.look_up_pincode import LookUpPincode
from novacart.application.accounts.queries import AccountQueries, AddressQueries
from novacart.application.accounts.reauthenticate import Reauthenticate
from novacart.application.accounts.refresh_session import RefreshSession
from novacart.application.accounts.register_user import RegisterUser
from novacart.application.accounts.request_password_reset import RequestPasswordReset
from novacart.application.accounts.set_up_mfa import (
    ConfirmMfaSetup,
    DisableMfa,
    ReplaceRecoveryCodes,
    StartMfaSetup,
)
from novacart.application.accounts.sign_in import SignIn
from novacart.application.accounts.sign_out import SignOut
from novacart.application.accounts.start_guest_session import StartGuestSession
from novacart.application.accounts.update_profile import UpdateProfile
from novacart.application.accounts.verify_email import RequestEmailVerification, VerifyEmail
from novacart.application.cart.add_to_cart import AddToCart
from novacart.application.cart.change_quantity import ChangeQuantity
from novacart.application.cart.move_to_wishlist import MoveToWishlist
from novacart.application.cart.queries import CartQueries
from novacart.application.cart.remove_lines import ClearCart, RemoveLine, RemoveLines
from novacart.application.catalog.add_category import AddCategory
from novacart.application.catalog.add_picture import AddPicture
from novacart.application.catalog.add_product import AddProduct
from novacart.application.catalog.add_variants import AddVariant
from novacart.application.catalog.archive_product import ArchiveProduct
from novacart.application.catalog.archive_variant import ArchiveVariant, RestoreVariant
from novacart.application.catalog.collection_queries import CollectionQueries
from novacart.application.catalog.edit_attributes import (
    AddAttribute,
    EditAttribute,
    RemoveAttribute,
)
from novacart.application.catalog.edit_category import EditCategory
from novacart.application.catalog.edit_collections import AddCollection, EditCollection
from novacart.application.catalog.edit_options import (
    AddOption,
    AddOptionValue,
    RemoveOption,
    RemoveOptionValue,
    RenameOption,
    RenameOptionValue,
)
from novacart.application.catalog.edit_pictures import EditPictures, RemovePicture
from novacart.application.catalog.edit_product import EditProduct
from novacart.application.catalog.edit_variants import EditVariants
from novacart.application.catalog.export_feed import ExportFeed
from novacart.application.catalog.policy import CatalogPolicy
from novacart.application.catalog.price_queries import PriceQueries
from novacart.application.catalog.queries import BestSellerQueries, CatalogQueries
from novacart.application.catalog.set_default_variant import SetDefaultVariant
from novacart.application.catalog.upload_product_image import UploadProductImage
from novacart.application.idempotency.idempotent_requests import IdempotentRequests
from novacart.application.ordering.cancel_item import CancelItem
from novacart.application.ordering.cancel_order import CancelOrder
from novacart.application.ordering.estimate_delivery import EstimateDelivery
from novacart.application.ordering.guest_checkout import PlaceGuestOrder, StartGuestCheckout
from novacart.application.ordering.merge_guest_cart import MergeGuestCart
from novacart.application.ordering.order_links import CancelOrderByLink, ClaimOrder, ReadOrderByLink
from novacart.application.ordering.place_order import PlaceOrder
from novacart.application.ordering.queries import OrderQueries
from novacart.application.ordering.request_order_lookup import RequestOrderLookup
from novacart.application.ordering.start_checkout import StartCheckout
from novacart.application.payments.open_payment import OpenPayment
from novacart.application.payments.queries import PaymentQueries
from novacart.application.payments.receive_event import ReceiveEvent, ReceiveEventCommand
from novacart.application.payments.request_refund import RequestRefund
from novacart.application.ports.clock import Clock
from novacart.application.ports.payment_gateway import PaymentGateway
from novacart.application.ports.readiness import Readiness
from novacart.application.wishlist.add_to_wishlist import AddToWishlist
from novacart.application.wishlist.queries import WishlistQueries
from novacart.application.wishlist.remove_from_wishlist import RemoveFromWishlist
from novacart.entrypoints.modules.payments import sandbox_secret
from novacart.entrypoints.settings import Settings
from novacart.entrypoints.shop_settings import read_shop


def _platform(injector: Injector) -> list[Blueprint]:
    """Routes of the health checks and of the shop's settings."""
    readiness = injector.get(Readiness)  # type: ignore[type-abstract]
    return [
        operations_blueprint(readiness=readiness),
        shop_blueprint(read_shop=partial(read_shop, injector)),
    ]


def _accounts(injector: Injector) -> list[Blueprint]:
    """Routes of accounts, tokens and address books."""
    settings = injector.get(Settings)
    cookie = SessionCookie(
        lifetime=settings.refresh_token_lifetime,
        secure=not settings.debug,
        origins=settings.cors_allowed_origins,
    )
    return [
        accounts_blueprint(
            register=injector.get(RegisterUser), update_profile=injector.get(UpdateProfile)
        ),
        password_reset_blueprint(
            request_reset=injector.get(RequestPasswordReset),
            check_token=injector.get(CheckResetToken),
            confirm_reset=injector.get(ConfirmPasswordReset),
        ),
        email_blueprint(
            verify_email=injector.get(VerifyEmail),
            request_verification=injector.get(RequestEmailVerification),
        ),
        session_list_blueprint(
            queries=injector.get(AccountQueries),  # type: ignore[type-abstract]
            clock=injector.get(Clock),  # type: ignore[type-abstract]
            end_session=injector.get(EndSession),
            end_sessions=injector.get(EndSessions),
        ),
        sessions_blueprint(
            end_sessions=injector.get(EndSessions),
            reauthenticate=injector.get(Reauthenticate),
            change_password=injector.get(ChangePassword),
            cookie=cookie,
        ),
        mfa_blueprint(
            queries=injector.get(AccountQueries),  # type: ignore[type-abstract]
            start_setup=injector.get(StartMfaSetup),
            confirm_setup=injector.get(ConfirmMfaSetup),
            replace_codes=injector.get(ReplaceRecoveryCodes),
            disable_mfa=injector.get(DisableMfa),
        ),
        tokens_blueprint(
            sign_in=injector.get(SignIn),
            refresh_session=injector.get(RefreshSession),
            verify_token=injector.get(VerifyToken),
            sign_out=injector.get(SignOut),
            cookie=cookie,
        ),
        addresses_blueprint(
            add_address=injector.get(AddAddress),
            change_address=injector.get(ChangeAddress),
            remove_address=injector.get(RemoveAddress),
            set_default=injector.get(SetDefaultAddress),
            look_up_pincode=injector.get(LookUpPincode),
            queries=injector.get(AddressQueries),  # type: ignore[type-abstract]
        ),
    ]


def _catalog(injector: Injector) -> list[Blueprint]:
    """Routes of products, categories and images."""
    queries = injector.get(CatalogQueries)  # type: ignore[type-abstract]
    policy = injector.get(CatalogPolicy)
    documents = injector.get(ProductDocuments)
    return [
        catalog_blueprint(queries=queries, documents=documents, policy=policy),
        best_sellers_blueprint(
            best_sellers=injector.get(BestSellerQueries),  # type: ignore[type-abstract]
            documents=documents,
        ),
        catalog_staff_blueprint(
            add_product=injector.get(AddProduct),
            edit_product=injector.get(EditProduct),
            archive_product=injector.get(ArchiveProduct),
            queries=queries,
            policy=policy,
        ),
        variants_blueprint(
            add_variant=injector.get(AddVariant),
            edit_variants=injector.get(EditVariants),
            archive_variant=injector.get(ArchiveVariant),
            restore_variant=injector.get(RestoreVariant),
            set_default_variant=injector.get(SetDefaultVariant),
            queries=queries,
            policy=policy,
        ),
        prices_blueprint(prices=injector.get(PriceQueries)),  # type: ignore[type-abstract]
        options_blueprint(
            add_option=injector.get(AddOption),
            rename_option=injector.get(RenameOption),
            remove_option=injector.get(RemoveOption),
            add_value=injector.get(AddOptionValue),
            rename_value=injector.get(RenameOptionValue),
            remove_value=injector.get(RemoveOptionValue),
            queries=queries,
        ),
        product_images_blueprint(
            upload_image=injector.get(UploadProductImage),
            add_picture=injector.get(AddPicture),
            edit_pictures=injector.get(EditPictures),
            remove_picture=injector.get(RemovePicture),
            queries=queries,
            max_bytes=MAX_BYTES,
        ),
        feeds_blueprint(
            export_feed=injector.get(ExportFeed),
            token=injector.get(Settings).feed_token,
            frontend_url=injector.get(Settings).frontend_url,
        ),
        categories_blueprint(queries=queries),
        attributes_blueprint(
            add_attribute=injector.get(AddAttribute),
            edit_attribute=injector.get(EditAttribute),
            remove_attribute=injector.get(RemoveAttribute),
            queries=queries,
        ),
        slugs_blueprint(queries=queries),
        collections_blueprint(
            queries=injector.get(CollectionQueries),  # type: ignore[type-abstract]
            catalog=queries,
            documents=documents,
            clock=injector.get(Clock),  # type: ignore[type-abstract]
        ),
        collections_staff_blueprint(
            add_collection=injector.get(AddCollection),
            edit_collection=injector.get(EditCollection),
            queries=injector.get(CollectionQueries),  # type: ignore[type-abstract]
            policy=policy,
        ),
        categories_staff_blueprint(
            add_category=injector.get(AddCategory),
            edit_category=injector.get(EditCategory),
            queries=queries,
        ),
        media_blueprint(injector.get(Settings).var / "media"),
    ]


def _wishlist(injector: Injector) -> list[Blueprint]:
    return [
        wishlist_blueprint(
            add_to_wishlist=injector.get(AddToWishlist),
            remove_from_wishlist=injector.get(RemoveFromWishlist),
            queries=injector.get(WishlistQueries),  # type: ignore[type-abstract]
        )
    ]


def _cart(injector: Injector) -> list[Blueprint]:
    return [
        cart_blueprint(
            add_to_cart=injector.get(AddToCart),
            change_quantity=injector.get(ChangeQuantity),
            remove_line=injector.get(RemoveLine),
            remove_lines=injector.get(RemoveLines),
            clear_cart=injector.get(ClearCart),
            move_to_wishlist=injector.get(MoveToWishlist),
            estimate_delivery=injector.get(EstimateDelivery),
            queries=injector.get(CartQueries),  # type: ignore[type-abstract]
        ),
        guests_blueprint(
            start_session=injector.get(StartGuestSession),
            merge_cart=injector.get(MergeGuestCart),
        ),
    ]


def _ordering(injector: Injector) -> list[Blueprint]:
    return [
        orders_blueprint(
            place_order=injector.get(PlaceOrder),
            place_guest_order=injector.get(PlaceGuestOrder),
            cancel_order=injector.get(CancelOrder),
            cancel_item=injector.get(CancelItem),
            estimate_delivery=injector.get(EstimateDelivery),
            queries=injector.get(OrderQueries),  # type: ignore[type-abstract]
            refunds=injector.get(PaymentQueries),  # type: ignore[type-abstract]
            once=injector.get(IdempotentRequests),
        ),
        order_links_blueprint(
            request_lookup=injector.get(RequestOrderLookup),
            read_order=injector.get(ReadOrderByLink),
            cancel_order=injector.get(CancelOrderByLink),
            claim_order=injector.get(ClaimOrder),
        ),
    ]


def _payments(injector: Injector) -> list[Blueprint]:
    """Routes of payments; those of the sandbox if it is the provider."""
    receive_event = injector.get(ReceiveEvent)
    blueprints = [
        payments_blueprint(
            open_payment=injector.get(OpenPayment),
            start_checkout=injector.get(StartCheckout),
            start_guest_checkout=injector.get(StartGuestCheckout),
            request_refund=injector.get(RequestRefund),
            queries=injector.get(PaymentQueries),  # type: ignore[type-abstract]
            once=injector.get(IdempotentRequests),
        ),
        webhooks_blueprint(receive_event=receive_event),
    ]
    gateway = injector.get(PaymentGateway)  # type: ignore[type-abstract]
    if isinstance(gateway, SandboxGateway):
        customer = SandboxCustomer(
            gateway=gateway,
            clock=injector.get(Clock),  # type: ignore[type-abstract]
            secret=sandbox_secret(injector.get(Settings)),
            ensure_open=injector.get(OpenPayment).ensure_open,
            deliver=lambda payload, signature: receive_event(
                ReceiveEventCommand(payload=payload, signature=signature)
            ),
        )
        blueprints.append(sandbox_blueprint(customer=customer))
    return blueprints


class WebModule(Module):
    @provider
    @singleton
    def product_documents(self, queries: CatalogQueries) -> ProductDocuments:
        """One for all routes, since its capacity is that of a process."""
        return ProductDocuments(queries)


def build_blueprints(injector: Injector) -> list[Blueprint]:
    """Build the routes of all features."""
    features = (_platform, _accounts, _catalog, _wishlist, _cart, _ordering, _payments)
    return [blueprint for feature in features for blueprint in feature(injector)]
