export type Language = "en" | "de";

/** A text by the plural rules of its language; `n` is the formatted number. */
export type Plural = { other: (n: string) => string } & Partial<
  Record<Intl.LDMLPluralRule, (n: string) => string>
>;

/** Codes of API errors that a shopper can get. */
export type ProblemCode =
  | "account_required"
  | "address_book_full"
  | "address_not_found"
  | "amount_not_payable"
  | "amount_too_large"
  | "amount_too_small"
  | "attribute_not_found"
  | "cart_empty"
  | "cart_full"
  | "cart_limit_reached"
  | "cart_line_not_found"
  | "category_not_found"
  | "collection_not_found"
  | "concurrent_change"
  | "email_taken"
  | "guest_token_not_valid"
  | "idempotency_key_reused"
  | "invalid_value"
  | "link_not_valid"
  | "mfa_already_enabled"
  | "mfa_code_not_valid"
  | "mfa_mandatory"
  | "mfa_not_enabled"
  | "mfa_required"
  | "mfa_setup_required"
  | "no_such_cart_lines"
  | "not_authenticated"
  | "not_enough_in_stock"
  | "not_on_wishlist"
  | "nothing_to_refund"
  | "order_already_cancelled"
  | "order_already_shipped"
  | "order_disputed"
  | "order_line_already_cancelled"
  | "order_line_not_found"
  | "order_link_not_valid"
  | "order_not_found"
  | "order_not_paid"
  | "order_not_payable"
  | "order_transition_not_allowed"
  | "origin_not_allowed"
  | "out_of_stock"
  | "page_not_found"
  | "paid_order_cannot_be_cancelled"
  | "payment_declined"
  | "payment_disputed"
  | "payment_not_found"
  | "payment_not_payable"
  | "permission_denied"
  | "product_not_found"
  | "reauthentication_required"
  | "refund_exceeds_payment"
  | "refund_in_progress"
  | "refund_not_allowed"
  | "refund_refused"
  | "request_in_progress"
  | "reset_token_not_found"
  | "reset_token_not_valid"
  | "session_not_found"
  | "stock_reserved"
  | "token_not_valid"
  | "too_many_cod_orders"
  | "too_many_units"
  | "too_many_unpaid_orders"
  | "total_changed"
  | "user_not_found"
  | "username_taken"
  | "username_too_similar"
  | "variant_not_found"
  | "weak_password"
  | "wishlist_full"
  | "wrong_credentials";

/** Fields of forms whose values the API checks. */
export type FieldName =
  | "address"
  | "attribute"
  | "current_password"
  | "district"
  | "email"
  | "first_name"
  | "house_number"
  | "last_name"
  | "mobile"
  | "name"
  | "new_password"
  | "otp"
  | "password"
  | "pincode"
  | "reason"
  | "state"
  | "town"
  | "username";

/** A text with numbers of the error: `fact` formats one, `value` is the number itself. */
type ProblemText = (
  fact: (name: string) => string,
  value: (name: string) => number | null,
) => string;

/** Replace the texts of the API, which are written for programmers. */
export interface ApiTexts {
  problems: Record<ProblemCode, string | ProblemText>;
  /** What a field must contain. */
  fields: Record<FieldName, string>;
  /** A field without a text of its own. */
  otherField: string;
}
