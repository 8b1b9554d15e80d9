// Convert the OpenAPI document on standard input to a Postman collection on standard output.
// Its first folder is a shopper's journey; the others have the remaining requests by tag.
import { text } from "node:stream/consumers";

import converter from "openapi-to-postmanv2";

// The requests of the journey in their order. `body` and `path` values are variables of the
// collection; `keep` stores members of the response in variables.
const JOURNEY = [
  {
    request: "POST /api/register/",
    body: { username: "{{username}}", email: "{{username}}@example.com", password: "{{password}}" },
    before: 'pm.collectionVariables.set("username", `shopper${Date.now()}`);',
  },
  {
    request: "POST /api/token/",
    body: { username: "{{username}}", password: "{{password}}" },
    keep: { accessToken: "access", refreshToken: "refresh" },
  },
  { request: "GET /api/categories/" },
  { request: "GET /api/products/", keep: { productId: "0.id" } },
  { request: "GET /api/products/:product_id/", path: { product_id: "{{productId}}" } },
  { request: "POST /api/cart/add/", body: { product_id: "{{productId}}", quantity: 1 } },
  { request: "GET /api/cart/" },
  {
    request: "POST /api/addresses/",
    body: {
      name: "Asha Rao",
      mobile: "9000000001",
      pincode: "560001",
      state: "Karnataka",
      district: "Bengaluru",
      town: "Bengaluru",
      house_number: "12A",
      address: "Residency Road",
      address_type: "HOME",
    },
    keep: { addressId: "id" },
  },
  {
    request: "POST /api/orders/create/",
    body: { address_id: "{{addressId}}", payment_method: "ONLINE" },
    headers: { "Idempotency-Key": "{{$guid}}" },
    keep: { orderId: "id" },
  },
  {
    request: "POST /api/payments/payment-intent/",
    body: { order_id: "{{orderId}}" },
    keep: { paymentIntentId: "payment_intent_id" },
  },
  {
    // Without the built-in sandbox, the Payment Element of Stripe confirms the payment.
    request: "POST /api/payments/sandbox/:payment_intent_id/confirm/",
    path: { payment_intent_id: "{{paymentIntentId}}" },
    body: { outcome: "succeed" },
  },
  { request: "GET /api/orders/:order_id/", path: { order_id: "{{orderId}}" } },
  { request: "GET /api/orders/my/" },
  {
    request: "POST /api/token/refresh/",
    body: { refresh: "{{refreshToken}}" },
    keep: { accessToken: "access", refreshToken: "refresh" },
  },
  { request: "POST /api/token/blacklist/", body: { refresh: "{{refreshToken}}" } },
];

const VARIABLES = {
  baseUrl: "http://127.0.0.1:8000",
  accessToken: "",
  refreshToken: "",
  username: "",
  password: "plum-tree-in-the-yard",
  productId: "",
  addressId: "",
  orderId: "",
  paymentIntentId: "",
};

const OPTIONS = {
  folderStrategy: "Tags",
  // Types instead of random values, so that the same document gives the same collection.
  requestParametersResolution: "Schema",
};

const document = JSON.parse(await text(process.stdin));
const { output, reason } = await new Promise((resolve, reject) =>
  converter.convert({ type: "json", data: document }, OPTIONS, (error, result) =>
    error ? reject(error) : resolve(result),
  ),
);
if (!output) throw new Error(reason);
const folders = output[0].data.item.map(({ name, description, item }) => ({
  name,
  description,
  item: item.flatMap(requests).map(simplified),
}));
const byName = new Map(folders.flatMap(({ item }) => item.map((each) => [key(each), each])));
const journey = JOURNEY.map(step);
const used = new Set(JOURNEY.map(({ request }) => request));
const collection = {
  info: {
    name: "NovaCart",
    description:
      "Run the folder “A shopper's journey” from top to bottom: each request stores what the next" +
      " ones need. The variable `baseUrl` is the address of the shop.",
    schema: "https://schema.getpostman.com/json/collection/v2.1.0/collection.json",
  },
  auth: bearer("{{accessToken}}"),
  variable: Object.entries(VARIABLES).map(([key, value]) => ({ key, value, type: "string" })),
  item: [
    { name: "A shopper's journey", item: journey },
    ...folders
      .map((folder) => ({ ...folder, item: folder.item.filter((each) => !used.has(key(each))) }))
      .filter(({ item }) => item.length > 0),
  ],
};
process.stdout.write(`${JSON.stringify(collection, null, 2)}\n`);

function requests(item) {
  return item.item ? item.item.flatMap(requests) : [item];
}

// Without ids, which are random, and without examples of responses, which are in the document.
function simplified({ name, request }) {
  const { url, header, method, body, auth, description } = request;
  const query = (url.query ?? []).map((each) => ({ ...each, disabled: true }));
  const headers = header.filter((each) => !each.disabled);
  return {
    name,
    request: {
      method,
      url: { ...url, query },
      header: headers,
      ...(body?.mode ? { body } : {}),
      ...(auth ? {} : { auth: { type: "noauth" } }),
      description,
    },
  };
}

function key({ request }) {
  return `${request.method} /${request.url.path.join("/")}`;
}

function step({ request, body, path = {}, headers = {}, keep = {}, before }) {
  const generated = byName.get(request);
  if (!generated) throw new Error(`The document has no ${request}.`);
  const item = structuredClone(generated);
  for (const variable of item.request.url.variable ?? []) {
    variable.value = path[variable.key] ?? variable.value;
  }
  if (body) {
    // Numbers are variables without quotation marks.
    const raw = JSON.stringify(body, null, 2).replace(/"(\{\{\w+Id\}\})"/g, "$1");
    item.request.body = { mode: "raw", raw, options: { raw: { language: "json" } } };
  }
  for (const [name, value] of Object.entries(headers)) {
    item.request.header = item.request.header.filter((each) => each.key !== name);
    item.request.header.push({ key: name, value });
  }
  const kept = Object.entries(keep).map(
    ([variable, member]) =>
      `pm.collectionVariables.set("${variable}", pm.response.json()${access(member)});`,
  );
  item.event = [
    script("test", [
      'pm.test("succeeds", () => pm.expect(pm.response.code).to.be.within(200, 299));',
      ...kept,
    ]),
    ...(before ? [script("prerequest", [before])] : []),
  ];
  return item;
}

function access(member) {
  return member.replace(/(?:^|\.)(\w+)/g, (_, name) => (/^\d/.test(name) ? `[${name}]` : `.${name}`));
}

function script(listen, exec) {
  return { listen, script: { type: "text/javascript", exec } };
}

function bearer(value) {
  return { type: "bearer", bearer: [{ key: "token", value, type: "string" }] };
}
