"""Schema of the shop's settings."""

from marshmallow import fields, validate

from novacart.adapters.web.http.fields import Schema


class ShopSchema(Schema):
    name = fields.String(required=True)
    locale = fields.String(
        required=True, metadata={"description": "For numbers and dates, such as `en-IN`."}
    )
    language = fields.String(
        required=True, metadata={"description": "The language of the storefront's texts (BCP 47)."}
    )
    direction = fields.String(
        required=True,
        validate=validate.OneOf(["ltr", "rtl"]),
        metadata={"description": "The direction in which `locale` is written."},
    )
    timezone = fields.String(
        required=True,
        metadata={
            "description": "The IANA time zone of the dates that customers see, such as"
            " `Asia/Kolkata`."
        },
    )
    currency = fields.String(required=True, metadata={"description": "An ISO 4217 code."})
    card_payments = fields.String(
        required=True,
        validate=validate.OneOf(["stripe", "sandbox", "none"]),
        metadata={
            "description": "How cards are paid: by Stripe, by the sandbox of development, or not."
        },
    )
    stripe_publishable_key = fields.String(
        required=True, metadata={"description": "Empty without Stripe."}
    )
    max_per_line = fields.Integer(
        required=True, metadata={"description": "The highest quantity of an item in a cart."}
    )
    estimated_delivery = fields.Date(
        required=True, metadata={"description": "The delivery date of an order placed now."}
    )
