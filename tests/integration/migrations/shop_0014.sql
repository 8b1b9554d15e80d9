INSERT INTO brand_counts (category_id, brand_key, brand, products) VALUES
(0, 'kettle', 'Kettle', 1),
(0, 'monsoon arithmetic', 'Monsoon arithmetic', 1),
(4, 'comb', 'Comb', 0),
(4, 'diya', 'Diya', 1);
INSERT INTO brand_terms (term, brand_key) VALUES
('arithmetic', 'monsoon arithmetic'),
('comb', 'comb'),
('diya', 'diya'),
('kettle', 'kettle'),
('monsoon', 'monsoon arithmetic'),
('monsoonarithmetic', 'monsoon arithmetic');
INSERT INTO categories (id, name, slug, image, mobile_image, mobile_secondary_image, desktop_image, desktop_secondary_image, position, is_active, version, search_text) VALUES
(4, 'Home', 'home', NULL, NULL, NULL, NULL, NULL, 1, true, 1, 'home');
INSERT INTO outbox_messages (name, version, payload, actor, request_id, occurred_at, state, attempts, next_attempt_at, reacted, settled_at, last_error) VALUES
('accounts.user_registered', 1, '{"occurred_at":"2026-03-01T12:00:00+00:00","user_id":1,"role":"owner","address":null}', 'system', NULL, '2026-03-01 12:00:00.000000', 'pending', 0, '2026-03-01 12:00:00.000000', '', NULL, NULL),
('accounts.email_verification_requested', 1, '{"occurred_at":"2026-03-01T12:00:00+00:00","user_id":1,"link_id":2}', 'system', NULL, '2026-03-01 12:00:00.000000', 'pending', 0, '2026-03-01 12:00:00.000000', '', NULL, NULL),
('accounts.signed_in', 1, '{"occurred_at":"2026-03-01T12:00:00+00:00","user_id":1,"family_id":3,"address":"127.0.0.1"}', 'anonymous', '0001', '2026-03-01 12:00:00.000000', 'pending', 0, '2026-03-01 12:00:00.000000', '', NULL, NULL),
('catalog.category_added', 1, '{"occurred_at":"2026-03-01T12:00:00+00:00","category_id":4,"category":{"name":"Home","slug":"home","image":null,"mobile_image":null,"mobile_secondary_image":null,"desktop_image":null,"desktop_secondary_image":null,"position":1,"is_active":true}}', 'staff:1', '0002', '2026-03-01 12:00:00.000000', 'pending', 0, '2026-03-01 12:00:00.000000', '', NULL, NULL),
('catalog.product_added', 1, '{"occurred_at":"2026-03-01T12:01:00+00:00","product_id":5,"product":{"sku":"LP-1","title":"Brass lamp","subtitle":"","description":"","price":49900,"author":null,"published_year":null,"brand":"Diya","image":null,"category":4,"currency":"INR"}}', 'staff:1', '0003', '2026-03-01 12:01:00.000000', 'pending', 0, '2026-03-01 12:01:00.000000', '', NULL, NULL),
('stock.adjusted', 1, '{"occurred_at":"2026-03-01T12:01:00+00:00","product_id":5,"delta":20,"on_hand":20,"reason":"Initial stock"}', 'staff:1', '0003', '2026-03-01 12:01:00.000000', 'pending', 0, '2026-03-01 12:01:00.000000', '', NULL, NULL),
('catalog.product_added', 1, '{"occurred_at":"2026-03-01T12:02:00+00:00","product_id":6,"product":{"sku":null,"title":"Kettle","subtitle":"Two litres","description":"","price":125050,"author":null,"published_year":null,"brand":"Kettle","image":null,"category":null,"currency":"INR"}}', 'staff:1', '0004', '2026-03-01 12:02:00.000000', 'pending', 0, '2026-03-01 12:02:00.000000', '', NULL, NULL),
('stock.adjusted', 1, '{"occurred_at":"2026-03-01T12:02:00+00:00","product_id":6,"delta":5,"on_hand":5,"reason":"Initial stock"}', 'staff:1', '0004', '2026-03-01 12:02:00.000000', 'pending', 0, '2026-03-01 12:02:00.000000', '', NULL, NULL),
('catalog.product_added', 1, '{"occurred_at":"2026-03-01T12:03:00+00:00","product_id":7,"product":{"sku":null,"title":"Monsoon arithmetic","subtitle":"","description":"","price":34900,"author":"Noor Ambalgar","published_year":2021,"brand":"Monsoon arithmetic","image":null,"category":null,"currency":"INR"}}', 'staff:1', '0005', '2026-03-01 12:03:00.000000', 'pending', 0, '2026-03-01 12:03:00.000000', '', NULL, NULL),
('stock.adjusted', 1, '{"occurred_at":"2026-03-01T12:03:00+00:00","product_id":7,"delta":8,"on_hand":8,"reason":"Initial stock"}', 'staff:1', '0005', '2026-03-01 12:03:00.000000', 'pending', 0, '2026-03-01 12:03:00.000000', '', NULL, NULL),
('catalog.product_added', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","product_id":8,"product":{"sku":"OLD-1","title":"Comb","subtitle":"","description":"","price":5000,"author":null,"published_year":null,"brand":"Comb","image":null,"category":4,"currency":"INR"}}', 'staff:1', '0006', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('stock.adjusted', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","product_id":8,"delta":1,"on_hand":1,"reason":"Initial stock"}', 'staff:1', '0006', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('catalog.product_edited', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","product_id":5,"before":{"price":49900},"after":{"price":44910}}', 'staff:1', '0007', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('stock.adjusted', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","product_id":6,"delta":3,"on_hand":8,"reason":"Counted"}', 'staff:1', '0008', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.user_registered', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":9,"role":"customer","address":"127.0.0.1"}', 'anonymous', '0009', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.email_verification_requested', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":9,"link_id":10}', 'anonymous', '0009', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.signed_in', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":9,"family_id":11,"address":"127.0.0.1"}', 'anonymous', '0010', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.user_registered', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":13,"role":"customer","address":"127.0.0.1"}', 'anonymous', '0011', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.email_verification_requested', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":13,"link_id":14}', 'anonymous', '0011', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('accounts.signed_in', 1, '{"occurred_at":"2026-03-01T12:04:00+00:00","user_id":13,"family_id":15,"address":"127.0.0.1"}', 'anonymous', '0012', '2026-03-01 12:04:00.000000', 'pending', 0, '2026-03-01 12:04:00.000000', '', NULL, NULL),
('order.placed', 1, '{"occurred_at":"2026-03-01T12:05:00+00:00","order_id":19,"order_number":"NC-20260301-000001","user_id":9,"payment_method":"ONLINE","currency":"INR","total_minor":124720}', 'user:9', '0013', '2026-03-01 12:05:00.000000', 'pending', 0, '2026-03-01 12:05:00.000000', '', NULL, NULL),
('order.confirmed', 1, '{"occurred_at":"2026-03-01T12:05:00+00:00","order_id":19,"order_number":"NC-20260301-000001","user_id":9,"payment_method":"ONLINE","currency":"INR","total_minor":124720}', 'stripe', '0014', '2026-03-01 12:05:00.000000', 'pending', 0, '2026-03-01 12:05:00.000000', '', NULL, NULL),
('payment.succeeded', 1, '{"occurred_at":"2026-03-01T12:05:00+00:00","payment_id":22,"order_id":19,"order_number":"NC-20260301-000001","user_id":9,"amount_minor":124720,"currency":"INR"}', 'stripe', '0014', '2026-03-01 12:05:00.000000', 'pending', 0, '2026-03-01 12:05:00.000000', '', NULL, NULL),
('refund.requested', 1, '{"occurred_at":"2026-03-01T12:06:00+00:00","payment_id":22,"order_id":19,"order_number":"NC-20260301-000001","user_id":9,"amount_minor":1000,"currency":"INR","refund_id":23,"origin":"STAFF"}', 'staff:1', '0015', '2026-03-01 12:06:00.000000', 'pending', 0, '2026-03-01 12:06:00.000000', '', NULL, NULL),
('refund.succeeded', 1, '{"occurred_at":"2026-03-01T12:06:00+00:00","payment_id":22,"order_id":19,"order_number":"NC-20260301-000001","user_id":9,"amount_minor":1000,"currency":"INR","refund_id":23,"origin":"STAFF"}', 'staff:1', '0015', '2026-03-01 12:06:00.000000', 'pending', 0, '2026-03-01 12:06:00.000000', '', NULL, NULL),
('order.placed', 1, '{"occurred_at":"2026-03-01T12:06:00+00:00","order_id":25,"order_number":"NC-20260301-000002","user_id":9,"payment_method":"COD","currency":"INR","total_minor":125050}', 'user:9', '0016', '2026-03-01 12:06:00.000000', 'pending', 0, '2026-03-01 12:06:00.000000', '', NULL, NULL),
('order.confirmed', 1, '{"occurred_at":"2026-03-01T12:06:00+00:00","order_id":25,"order_number":"NC-20260301-000002","user_id":9,"payment_method":"COD","currency":"INR","total_minor":125050}', 'user:9', '0016', '2026-03-01 12:06:00.000000', 'pending', 0, '2026-03-01 12:06:00.000000', '', NULL, NULL),
('order.processing_started', 1, '{"occurred_at":"2026-03-01T12:07:00+00:00","order_id":25,"order_number":"NC-20260301-000002","user_id":9,"payment_method":"COD","currency":"INR"}', 'staff:1', '0017', '2026-03-01 12:07:00.000000', 'pending', 0, '2026-03-01 12:07:00.000000', '', NULL, NULL),
('order.shipped', 1, '{"occurred_at":"2026-03-01T12:08:00+00:00","order_id":25,"order_number":"NC-20260301-000002","user_id":9,"payment_method":"COD","currency":"INR","carrier":"Dak","tracking_number":"T1"}', 'staff:1', '0018', '2026-03-01 12:08:00.000000', 'pending', 0, '2026-03-01 12:08:00.000000', '', NULL, NULL),
('order.delivered', 1, '{"occurred_at":"2026-03-01T12:09:00+00:00","order_id":25,"order_number":"NC-20260301-000002","user_id":9,"payment_method":"COD","currency":"INR"}', 'staff:1', '0019', '2026-03-01 12:09:00.000000', 'pending', 0, '2026-03-01 12:09:00.000000', '', NULL, NULL),
('order.placed', 1, '{"occurred_at":"2026-03-01T12:09:00+00:00","order_id":28,"order_number":"NC-20260301-000003","user_id":13,"payment_method":"COD","currency":"INR","total_minor":125050}', 'user:13', '0020', '2026-03-01 12:09:00.000000', 'pending', 0, '2026-03-01 12:09:00.000000', '', NULL, NULL),
('order.confirmed', 1, '{"occurred_at":"2026-03-01T12:09:00+00:00","order_id":28,"order_number":"NC-20260301-000003","user_id":13,"payment_method":"COD","currency":"INR","total_minor":125050}', 'user:13', '0020', '2026-03-01 12:09:00.000000', 'pending', 0, '2026-03-01 12:09:00.000000', '', NULL, NULL),
('order.cancelled', 1, '{"occurred_at":"2026-03-01T12:09:00+00:00","order_id":28,"order_number":"NC-20260301-000003","user_id":13,"payment_method":"COD","currency":"INR","reason":"Changed my mind","expired":false}', 'staff:1', '0021', '2026-03-01 12:09:00.000000', 'pending', 0, '2026-03-01 12:09:00.000000', '', NULL, NULL),
('order.placed', 1, '{"occurred_at":"2026-03-01T12:09:00+00:00","order_id":31,"order_number":"NC-20260301-000004","user_id":13,"payment_method":"ONLINE","currency":"INR","total_minor":104700}', 'user:13', '0022', '2026-03-01 12:09:00.000000', 'pending', 0, '2026-03-01 12:09:00.000000', '', NULL, NULL),
('catalog.product_archived', 1, '{"occurred_at":"2026-03-01T12:10:00+00:00","product_id":8}', 'staff:1', '0023', '2026-03-01 12:10:00.000000', 'pending', 0, '2026-03-01 12:10:00.000000', '', NULL, NULL);
INSERT INTO sandbox_payments (reference, key, payment_id, order_number, amount_minor, captured_minor, currency, status, opened_at) VALUES
('pi_sandbox_0024', 'open-0025', 22, 'NC-20260301-000001', 124720, 124720, 'INR', 'SUCCEEDED', '2026-03-01 12:05:00.000000');
INSERT INTO users (id, username, username_key, username_skeleton, email, email_key, password_hash, first_name, last_name, role, is_active, created_at, password_changed_at, password_generation, version, email_verified_at) VALUES
(1, 'keeper', 'keeper', '00aa8942525b763cbe72e4a0fbfbb027b909dd8299e9c6c85c28d3d42d2cc28b', 'keeper@shop.example', 'keeper@shop.example', '-', '', '', 'owner', true, '2026-03-01 12:00:00.000000', '2026-03-01 12:00:00.000000', 1, 1, NULL),
(9, 'asha', 'asha', 'b22b87fd8ac6c19a6ed4ffd686a6130f5972367a9520a1b8aef33b8b5b5e3340', 'asha@example.com', 'asha@example.com', '-', '', '', 'customer', true, '2026-03-01 12:04:00.000000', '2026-03-01 12:04:00.000000', 1, 1, NULL),
(13, 'ravi', 'ravi', '372fb41298889bc4df223a601cf4475407cdeae0938692ae018737ec1335190b', 'ravi@example.com', 'ravi@example.com', '-', '', '', 'customer', true, '2026-03-01 12:04:00.000000', '2026-03-01 12:04:00.000000', 1, 1, NULL);
INSERT INTO webhook_events (id, type, payload, received_at, next_attempt_at, state, attempts, note, settled_at, reference) VALUES
('evt_sandbox_0026', 'payment_intent.succeeded', '{"id": "evt_sandbox_0026", "object": "event", "type": "payment_intent.succeeded", "created": 1772366700, "livemode": false, "data": {"object": {"id": "pi_sandbox_0024", "object": "payment_intent", "amount": 124720, "amount_received": 124720, "currency": "inr", "client_secret": "pi_sandbox_0024_secret_0027", "status": "succeeded", "latest_charge": "ch_sandbox_0028", "last_payment_error": null, "metadata": {"payment_id": "22", "order_number": "NC-20260301-000001"}}}}', '2026-03-01 12:05:00.000000', '2026-03-01 12:05:15.000000', 'handled', 1, NULL, '2026-03-01 12:05:00.000000', 'pi_sandbox_0024');
INSERT INTO addresses (id, user_id, name, mobile, pincode, state, district, town, house_number, address, address_type, is_default, created_at) VALUES
(12, 9, 'Asha Rao', '9000000001', '560001', 'Karnataka', 'Bengaluru', 'Bengaluru', '12A', 'Second floor, Residency Road', 'HOME', true, '2026-03-01 12:04:00.000000'),
(16, 13, 'Asha Rao', '9000000001', '560001', 'Karnataka', 'Bengaluru', 'Bengaluru', '12A', 'Second floor, Residency Road', 'HOME', true, '2026-03-01 12:04:00.000000');
INSERT INTO orders (id, number, user_id, email, status, payment_method, payment_status, total_minor, currency, address, placed_at, expires_at, estimated_delivery, paid_at, shipped_at, delivered_at, returned_at, late_refunded_minor, carrier, tracking_number, version) VALUES
(19, 'NC-20260301-000001', 9, 'asha@example.com', 'PAID', 'ONLINE', 'PARTIALLY_REFUNDED', 124720, 'INR', '{"source_id": 12, "name": "Asha Rao", "mobile": "9000000001", "pincode": "560001", "state": "Karnataka", "district": "Bengaluru", "town": "Bengaluru", "house_number": "12A", "address": "Second floor, Residency Road", "address_type": "HOME"}', '2026-03-01 12:05:00.000000', '2026-03-01 12:35:00.000000', '2026-03-06', '2026-03-01 12:05:00.000000', NULL, NULL, NULL, 0, NULL, NULL, 4),
(25, 'NC-20260301-000002', 9, 'asha@example.com', 'DELIVERED', 'COD', 'PAID', 125050, 'INR', '{"source_id": 12, "name": "Asha Rao", "mobile": "9000000001", "pincode": "560001", "state": "Karnataka", "district": "Bengaluru", "town": "Bengaluru", "house_number": "12A", "address": "Second floor, Residency Road", "address_type": "HOME"}', '2026-03-01 12:06:00.000000', NULL, '2026-03-06', '2026-03-01 12:09:00.000000', '2026-03-01 12:08:00.000000', '2026-03-01 12:09:00.000000', NULL, 0, 'Dak', 'T1', 4),
(28, 'NC-20260301-000003', 13, 'ravi@example.com', 'CANCELLED', 'COD', 'VOIDED', 125050, 'INR', '{"source_id": 16, "name": "Asha Rao", "mobile": "9000000001", "pincode": "560001", "state": "Karnataka", "district": "Bengaluru", "town": "Bengaluru", "house_number": "12A", "address": "Second floor, Residency Road", "address_type": "HOME"}', '2026-03-01 12:09:00.000000', NULL, '2026-03-06', NULL, NULL, NULL, NULL, 0, NULL, NULL, 2),
(31, 'NC-20260301-000004', 13, 'ravi@example.com', 'PENDING', 'ONLINE', 'PENDING', 104700, 'INR', '{"source_id": 16, "name": "Asha Rao", "mobile": "9000000001", "pincode": "560001", "state": "Karnataka", "district": "Bengaluru", "town": "Bengaluru", "house_number": "12A", "address": "Second floor, Residency Road", "address_type": "HOME"}', '2026-03-01 12:09:00.000000', '2026-03-01 12:39:00.000000', '2026-03-06', NULL, NULL, NULL, NULL, 0, NULL, NULL, 1);
INSERT INTO products (id, sku, title, subtitle, description, price_minor, currency, author, published_year, brand, category_id, image, created_at, updated_at, archived_at, version, brand_key) VALUES
(5, 'LP-1', 'Brass lamp', '', '', 44910, 'INR', NULL, NULL, 'Diya', 4, NULL, '2026-03-01 12:01:00.000000', '2026-03-01 12:04:00.000000', NULL, 2, 'diya'),
(6, NULL, 'Kettle', 'Two litres', '', 125050, 'INR', NULL, NULL, 'Kettle', NULL, NULL, '2026-03-01 12:02:00.000000', '2026-03-01 12:02:00.000000', NULL, 1, 'kettle'),
(7, NULL, 'Monsoon arithmetic', '', '', 34900, 'INR', 'Noor Ambalgar', 2021, 'Monsoon arithmetic', NULL, NULL, '2026-03-01 12:03:00.000000', '2026-03-01 12:03:00.000000', NULL, 1, 'monsoon arithmetic'),
(8, 'OLD-1', 'Comb', '', '', 5000, 'INR', NULL, NULL, 'Comb', 4, NULL, '2026-03-01 12:04:00.000000', '2026-03-01 12:10:00.000000', '2026-03-01 12:10:00.000000', 2, 'comb');
INSERT INTO sandbox_refunds (reference, payment, key, refund_id, amount_minor, made_at) VALUES
('re_sandbox_0029', 'pi_sandbox_0024', 'refund-0030', 23, 1000, '2026-03-01 12:06:00.000000');
INSERT INTO cart_lines (id, user_id, product_id, quantity, added_at) VALUES
(33, 9, 5, 1, '2026-03-01 12:10:00.000000'),
(34, 9, 7, 3, '2026-03-01 12:10:00.000000'),
(35, 13, 5, 2, '2026-03-01 12:10:00.000000');
INSERT INTO order_lines (id, order_id, product_id, title, subtitle, search_text, image, unit_price_minor, quantity, status, cancelled_at, refund_requested_quantity, refund_requested_minor, refunded_quantity, refunded_minor, shipped_quantity, returned_quantity) VALUES
(20, 19, 5, 'Brass lamp', '', 'brass lamp brasslamp', NULL, 44910, 2, 'CONFIRMED', NULL, 0, 0, 0, 720, 0, 0),
(21, 19, 7, 'Monsoon arithmetic', '', 'monsoon arithmetic monsoonarithmetic', NULL, 34900, 1, 'CONFIRMED', NULL, 0, 0, 0, 280, 0, 0),
(26, 25, 6, 'Kettle', 'Two litres', 'kettle two litres twolitres', NULL, 125050, 1, 'CONFIRMED', NULL, 0, 0, 0, 0, 1, 0),
(29, 28, 6, 'Kettle', 'Two litres', 'kettle two litres twolitres', NULL, 125050, 1, 'CANCELLED', '2026-03-01 12:09:00.000000', 0, 0, 0, 0, 0, 0),
(32, 31, 7, 'Monsoon arithmetic', '', 'monsoon arithmetic monsoonarithmetic', NULL, 34900, 3, 'PENDING', NULL, 0, 0, 0, 0, 0, 0);
INSERT INTO payments (id, order_id, order_number, user_id, amount_minor, currency, status, captured_minor, refunded_minor, reference, client_secret, open_key, cancel_key, failure, created_at, reported_at, settled_at, check_at, declines, last_attempt, version) VALUES
(22, 19, 'NC-20260301-000001', 9, 124720, 'INR', 'SUCCEEDED', 124720, 1000, 'pi_sandbox_0024', 'pi_sandbox_0024_secret_0027', 'open-0025', NULL, NULL, '2026-03-01 12:05:00.000000', '2026-03-01 12:05:00.000000', '2026-03-01 12:05:00.000000', NULL, 0, NULL, 5);
INSERT INTO stock_levels (product_id, on_hand, reserved, version) VALUES
(5, 20, 2, 0),
(6, 7, 0, 1),
(7, 8, 4, 0),
(8, 1, 0, 0);
INSERT INTO wishlist_entries (user_id, product_id, added_at) VALUES
(9, 6, '2026-03-01 12:10:00.000000'),
(13, 7, '2026-03-01 12:10:00.000000');
INSERT INTO order_history (order_id, line_id, subject, from_status, to_status, occurred_at, actor, reason) VALUES
(19, NULL, 'order', 'PENDING', 'PAID', '2026-03-01 12:05:00.000000', 'stripe', 'The order was paid.'),
(19, NULL, 'payment', 'PENDING', 'PAID', '2026-03-01 12:05:00.000000', 'stripe', 'The order was paid.'),
(19, 20, 'line', 'PENDING', 'CONFIRMED', '2026-03-01 12:05:00.000000', 'stripe', 'The order was paid.'),
(19, 21, 'line', 'PENDING', 'CONFIRMED', '2026-03-01 12:05:00.000000', 'stripe', 'The order was paid.'),
(19, NULL, 'payment', 'PAID', 'PARTIALLY_REFUNDED', '2026-03-01 12:06:00.000000', 'system', 'It was refunded.'),
(25, NULL, 'order', 'CONFIRMED', 'PROCESSING', '2026-03-01 12:07:00.000000', 'staff:1', 'Processing started.'),
(25, NULL, 'order', 'PROCESSING', 'SHIPPED', '2026-03-01 12:08:00.000000', 'staff:1', 'Shipped by Dak, T1.'),
(25, NULL, 'order', 'SHIPPED', 'DELIVERED', '2026-03-01 12:09:00.000000', 'staff:1', 'The order was delivered.'),
(25, NULL, 'payment', 'PENDING', 'PAID', '2026-03-01 12:09:00.000000', 'staff:1', 'The order was delivered.'),
(28, NULL, 'order', 'CONFIRMED', 'CANCELLED', '2026-03-01 12:09:00.000000', 'staff:1', 'Changed my mind'),
(28, NULL, 'payment', 'PENDING', 'VOIDED', '2026-03-01 12:09:00.000000', 'staff:1', 'Changed my mind'),
(28, 29, 'line', 'CONFIRMED', 'CANCELLED', '2026-03-01 12:09:00.000000', 'staff:1', 'Changed my mind');
INSERT INTO refunds (id, payment_id, key, amount_minor, currency, origin, reason, status, reference, failure, requested_at, settled_at, returned, resolution, resolution_note, resolved_at, requested_by) VALUES
(23, 22, 'refund-0030', 1000, 'INR', 'STAFF', 'Scratched', 'SUCCEEDED', 're_sandbox_0029', NULL, '2026-03-01 12:06:00.000000', '2026-03-01 12:06:00.000000', false, NULL, '', NULL, 1);
INSERT INTO stock_movements (product_id, kind, on_hand_delta, reserved_delta, reference, order_id, actor, note, occurred_at) VALUES
(5, 'adjust', 20, 0, NULL, NULL, 'staff:1', 'Initial stock', '2026-03-01 12:01:00.000000'),
(6, 'adjust', 5, 0, NULL, NULL, 'staff:1', 'Initial stock', '2026-03-01 12:02:00.000000'),
(7, 'adjust', 8, 0, NULL, NULL, 'staff:1', 'Initial stock', '2026-03-01 12:03:00.000000'),
(8, 'adjust', 1, 0, NULL, NULL, 'staff:1', 'Initial stock', '2026-03-01 12:04:00.000000'),
(6, 'adjust', 3, 0, NULL, NULL, 'staff:1', 'Counted', '2026-03-01 12:04:00.000000'),
(5, 'reserve', 0, 2, 'line:20:reserve', 19, 'user:9', '', '2026-03-01 12:05:00.000000'),
(7, 'reserve', 0, 1, 'line:21:reserve', 19, 'user:9', '', '2026-03-01 12:05:00.000000'),
(6, 'reserve', 0, 1, 'line:26:reserve', 25, 'user:9', '', '2026-03-01 12:06:00.000000'),
(6, 'sell', -1, -1, 'line:26:sell', 25, 'staff:1', '', '2026-03-01 12:08:00.000000'),
(6, 'reserve', 0, 1, 'line:29:reserve', 28, 'user:13', '', '2026-03-01 12:09:00.000000'),
(6, 'release', 0, -1, 'line:29:release', 28, 'staff:1', '', '2026-03-01 12:09:00.000000'),
(7, 'reserve', 0, 3, 'line:32:reserve', 31, 'user:13', '', '2026-03-01 12:09:00.000000');
INSERT INTO refund_parts (refund_id, line_id, quantity, amount_minor) VALUES
(23, 20, 0, 720),
(23, 21, 0, 280);
