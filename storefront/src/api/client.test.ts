import { beforeEach, expect, test, vi } from "vitest";

import { api, catalog, data } from "./client";
import { Problem } from "./problem";
import { nextCursor } from "./queries";
import { session } from "./session";

const send = vi.fn<typeof fetch>();

beforeEach(() => {
  send.mockReset();
  vi.stubGlobal("fetch", send);
  session.end();
});

function authorization(call: number): string | null {
  const request = send.mock.calls[call]?.[0];
  return request instanceof Request ? request.headers.get("Authorization") : null;
}

test("a refused token is renewed and the request repeated with its body", async () => {
  session.keepToken("old");
  send
    .mockResolvedValueOnce(Response.json({}, { status: 401 }))
    .mockResolvedValueOnce(Response.json({ access: "new" }))
    .mockResolvedValueOnce(Response.json({ message: "", id: 1, quantity: 2 }));
  const added = await data(api.POST("/api/cart/add/", { body: { variant_id: 5, quantity: 2 } }));
  expect(added.quantity).toBe(2);
  expect([authorization(0), authorization(2)]).toEqual(["Bearer old", "Bearer new"]);
  const repeated = send.mock.calls[2]?.[0] as Request;
  expect(await repeated.json()).toEqual({ variant_id: 5, quantity: 2 });
});

test("requests of the catalogue do not wait for the token of a user", async () => {
  localStorage.setItem("novacart.session", "1");
  send.mockResolvedValueOnce(Response.json([]));
  await data(catalog.GET("/api/categories/"));
  expect(send).toHaveBeenCalledTimes(1);
  expect(authorization(0)).toBeNull();
});

test("a refused request is not repeated for another user", async () => {
  const jwt = (sub: string) => `header.${btoa(JSON.stringify({ sub }))}.signature`;
  session.keepToken(jwt("1"));
  send
    .mockResolvedValueOnce(Response.json({ code: "not_authenticated" }, { status: 401 }))
    .mockResolvedValueOnce(Response.json({ access: jwt("2") }));
  await expect(
    data(api.POST("/api/cart/add/", { body: { variant_id: 5, quantity: 2 } })),
  ).rejects.toMatchObject({ status: 401 });
  expect(send).toHaveBeenCalledTimes(2);
  expect(session.isOfOtherUser).toBe(true);
});

test("requests of a guest whose session has ended share another one", async () => {
  localStorage.setItem("novacart.guest", "old");
  const guests: string[] = [];
  send.mockImplementation((input) => {
    if (!(input instanceof Request)) {
      guests.push(`guest${guests.length}`);
      return Promise.resolve(Response.json({ access: guests.at(-1) }));
    }
    const isOld = input.headers.get("Authorization") === "Bearer old";
    return Promise.resolve(Response.json([], { status: isOld ? 401 : 200 }));
  });
  await Promise.all([
    data(api.GET("/api/cart/")),
    data(api.GET("/api/products/wishlist/")),
    data(api.GET("/api/addresses/")),
  ]);
  expect(guests).toEqual(["guest0"]);
  expect(session.guestToken).toBe("guest0");
});

test("an ended session is an error of the request", async () => {
  session.keepToken("old");
  send
    .mockResolvedValueOnce(Response.json({ code: "not_authenticated" }, { status: 401 }))
    .mockResolvedValueOnce(new Response(null, { status: 401 }));
  await expect(data(api.GET("/api/cart/"))).rejects.toMatchObject({ status: 401 });
  expect(session.isExpired).toBe(true);
});

test("a failed connection is a temporary problem", async () => {
  send.mockRejectedValueOnce(new TypeError("Failed to fetch"));
  const problem = await data(api.GET("/api/categories/")).catch((error: unknown) => error);
  expect(problem).toBeInstanceOf(Problem);
  expect(problem).toMatchObject({ status: 0, isTemporary: true });
});

test("a problem document has its code, fields, facts and waiting time", async () => {
  const body = {
    code: "invalid_value",
    detail: "Some fields are invalid.",
    errors: { pincode: ["A pincode has 6 digits."] },
    available: 3,
  };
  send.mockResolvedValueOnce(Response.json(body, { status: 400, headers: { "Retry-After": "7" } }));
  const problem = await data(api.GET("/api/categories/")).catch((error: unknown) => error);
  expect(problem).toMatchObject({
    code: "invalid_value",
    message: "Some entries are not valid. Check them.",
    fields: { pincode: "A pincode has six digits." },
    retryAfter: 7,
  });
  expect((problem as Problem).number("available")).toBe(3);
});

test.each([
  [429, "5", "Too many requests at once. Try again in 5 seconds."],
  [429, null, "Too many requests at once. Try again in a few seconds."],
  [503, "600", "The shop is not available at the moment. Try again in 10 minutes."],
  [
    503,
    "Sat, 28 Nov 2026 10:00:00 GMT",
    "The shop is not available at the moment. Try again in a few seconds.",
  ],
])("%i with Retry-After %s names the time", async (status, wait, message) => {
  const headers = wait === null ? {} : { "Retry-After": wait };
  send.mockResolvedValueOnce(new Response(null, { status, headers }));
  await expect(data(api.GET("/api/categories/"))).rejects.toMatchObject({ message });
});

test("an HTML error page of a proxy is a problem too", async () => {
  send.mockResolvedValueOnce(new Response("<h1>502</h1>", { status: 502 }));
  await expect(data(api.GET("/api/categories/"))).rejects.toMatchObject({ status: 502 });
});

test("the cursor of the next page is read from the Link header", () => {
  const link = '<http://localhost/api/products/?limit=24&cursor=MS9u>; rel="next"';
  expect(nextCursor(link)).toBe("MS9u");
  expect(nextCursor(null)).toBeNull();
});
