"""Types of ids: integers that the type checker distinguishes."""

from typing import NewType

UserId = NewType("UserId", int)
ProductId = NewType("ProductId", int)
VariantId = NewType("VariantId", int)
OptionId = NewType("OptionId", int)
OptionValueId = NewType("OptionValueId", int)
PictureId = NewType("PictureId", int)
CartLineId = NewType("CartLineId", int)
CategoryId = NewType("CategoryId", int)
CollectionId = NewType("CollectionId", int)
AttributeId = NewType("AttributeId", int)
AttributeChoiceId = NewType("AttributeChoiceId", int)
AddressId = NewType("AddressId", int)
OrderId = NewType("OrderId", int)
OrderLineId = NewType("OrderLineId", int)
PaymentId = NewType("PaymentId", int)
RefundId = NewType("RefundId", int)
