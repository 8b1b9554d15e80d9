INSERT INTO users (id, username, username_key, email, email_key, password_hash, first_name, last_name, role, is_active, created_at, password_changed_at, password_generation, version) VALUES
(1, 'asha', 'asha', 'asha@example.com', 'asha@example.com', '-', 'Asha', '', 'customer', true, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', 1, 1),
(2, 'ravi', 'ravi', 'ravi@example.com', 'ravi@example.com', '-', 'Ravi', '', 'customer', true, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', 1, 1);
INSERT INTO categories (id, name, slug, position, is_active, version) VALUES (5, 'Home', 'home', 1, true, 1);
INSERT INTO products (id, sku, title, subtitle, description, price_minor, currency, brand, brand_key, category_id, image, created_at, updated_at, archived_at, version) VALUES
(11, 'LP-1', 'Lamp', 'Brass', '', 10000, 'INR', 'Diya', 'diya', 5, '/media/lamp.webp', '2026-03-01 12:00:00.000000', '2026-03-02 12:00:00.000000', NULL, 3),
(12, NULL, 'Kettle', '', '', 25000, 'INR', 'Kettle', 'kettle', NULL, NULL, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', NULL, 1),
(13, 'OLD-1', 'Comb', '', '', 5000, 'INR', 'Comb', 'comb', 5, NULL, '2026-03-01 12:00:00.000000', '2026-03-03 12:00:00.000000', '2026-03-03 12:00:00.000000', 2);
INSERT INTO brand_counts (category_id, brand_key, brand, products) VALUES (5, 'diya', 'Diya', 1), (0, 'kettle', 'Kettle', 1);
INSERT INTO stock_levels (product_id, on_hand, reserved, version) VALUES (11, 10, 2, 1), (12, 5, 0, 1), (13, 1, 0, 1);
INSERT INTO stock_movements (product_id, kind, on_hand_delta, reserved_delta, reference, order_id, actor, note, occurred_at) VALUES
(11, 'adjust', 10, 0, NULL, NULL, 'staff:9', 'Initial stock', '2026-03-01 12:00:00.000000'),
(12, 'adjust', 5, 0, NULL, NULL, 'staff:9', 'Initial stock', '2026-03-01 12:00:00.000000'),
(13, 'adjust', 1, 0, NULL, NULL, 'staff:9', 'Initial stock', '2026-03-01 12:00:00.000000'),
(11, 'reserve', 0, 2, 'line:5001:reserve', 1001, 'user:1', '', '2026-03-05 12:00:00.000000'),
(12, 'reserve', 0, 1, 'line:5002:reserve', 1002, 'user:2', '', '2026-03-06 12:00:00.000000'),
(12, 'release', 0, -1, 'line:5002:release', 1002, 'user:2', '', '2026-03-06 13:00:00.000000');
INSERT INTO cart_lines (id, user_id, product_id, quantity, added_at) VALUES
(21, 1, 11, 1, '2026-03-07 12:00:00.000000'),
(22, 1, 12, 3, '2026-03-07 13:00:00.000000'),
(23, 2, 11, 2, '2026-03-07 14:00:00.000000');
INSERT INTO wishlist_entries (user_id, product_id, added_at) VALUES
(1, 12, '2026-03-04 12:00:00.000000'),
(2, 13, '2026-03-04 13:00:00.000000');
INSERT INTO orders (id, number, user_id, email, status, payment_method, payment_status, total_minor, currency, placed_at, expires_at, estimated_delivery, paid_at, version) VALUES
(1001, 'NC-1001', 1, 'asha@example.com', 'PAID', 'ONLINE', 'PAID', 20000, 'INR', '2026-03-05 12:00:00.000000', '2026-03-05 12:30:00.000000', '2026-03-12', '2026-03-05 12:05:00.000000', 2),
(1002, 'NC-1002', 2, 'ravi@example.com', 'CANCELLED', 'ONLINE', 'VOIDED', 25000, 'INR', '2026-03-06 12:00:00.000000', '2026-03-06 12:30:00.000000', '2026-03-13', NULL, 2);
INSERT INTO order_lines (id, order_id, product_id, title, subtitle, search_text, image, unit_price_minor, quantity, status, cancelled_at, refund_requested_quantity, refund_requested_minor, refunded_quantity, refunded_minor) VALUES
(5001, 1001, 11, 'Lamp', 'Brass', 'lamp brass', '/media/lamp.webp', 10000, 2, 'CONFIRMED', NULL, 0, 0, 0, 0),
(5002, 1002, 12, 'Kettle', '', 'kettle', NULL, 25000, 1, 'CANCELLED', '2026-03-06 13:00:00.000000', 0, 0, 0, 0);
INSERT INTO order_history (order_id, line_id, subject, from_status, to_status, occurred_at, actor, reason) VALUES
(1001, NULL, 'order', 'PENDING', 'PAID', '2026-03-05 12:05:00.000000', 'provider', ''),
(1002, NULL, 'order', 'PENDING', 'CANCELLED', '2026-03-06 13:00:00.000000', 'user:2', 'Changed my mind');
