import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { Session } from "./session";

const OK = (access: string) => Promise.resolve(Response.json({ access }));

beforeEach(() => {
  // Tabs of one test hear each other; those of other tests must not.
  vi.stubGlobal("BroadcastChannel", channelOfOneTest());
});

afterEach(() => vi.unstubAllGlobals());

function channelOfOneTest() {
  const channels = new Set<EventTarget>();
  return class extends EventTarget {
    constructor() {
      super();
      channels.add(this);
    }

    postMessage(data: unknown) {
      for (const other of channels) {
        if (other !== this) other.dispatchEvent(new MessageEvent("message", { data }));
      }
    }
  };
}

test("a shopper who never signed in sends no request", async () => {
  const send = vi.fn();
  expect(await new Session(send).token()).toBeNull();
  expect(send).not.toHaveBeenCalled();
});

test("sign-in keeps the token in memory and only a hint in storage", async () => {
  const session = new Session(() => OK("first"));
  expect(await session.signIn("asha", "secret")).toBeNull();
  expect(await session.token()).toBe("first");
  expect(Object.values(localStorage)).toEqual(["1"]);
});

test("a refused sign-in returns the response", async () => {
  const session = new Session(() => Promise.resolve(Response.json({}, { status: 401 })));
  expect((await session.signIn("asha", "wrong"))?.status).toBe(401);
  expect(session.state).toBe("signed-out");
});

test("requests that need a token at once share one refresh", async () => {
  localStorage.setItem("novacart.session", "1");
  const send = vi.fn(() => OK("fresh"));
  const session = new Session(send);
  const tokens = await Promise.all([session.token(), session.token(), session.token()]);
  expect(tokens).toEqual(["fresh", "fresh", "fresh"]);
  expect(send).toHaveBeenCalledTimes(1);
});

test("a browser that refuses locks and channels keeps the session", async () => {
  const refusal = new DOMException("Access is denied.", "SecurityError");
  const refuse = vi.fn(function refuse() {
    throw refusal;
  });
  vi.stubGlobal("BroadcastChannel", refuse);
  vi.stubGlobal("navigator", { locks: { request: () => Promise.reject(refusal) } });
  localStorage.setItem("novacart.session", "1");
  const session = new Session(() => OK("fresh"));
  expect(await session.token()).toBe("fresh");
});

test("a message of an unknown type changes nothing", async () => {
  const session = new Session(() => OK("first"));
  await session.signIn("asha", "secret");
  new BroadcastChannel("novacart.session").postMessage({ type: "renamed", access: null });
  expect(await session.token()).toBe("first");
});

test("a new token reaches other tabs, and so does the sign-out", async () => {
  const [tab, other] = [new Session(() => OK("shared")), new Session(() => OK("unused"))];
  await tab.signIn("asha", "secret");
  expect(await other.token()).toBe("shared");
  await tab.signOut();
  expect([tab.state, other.state]).toEqual(["signed-out", "signed-out"]);
  expect(await other.token()).toBeNull();
});

test("a refresh that another tab has done meanwhile is not repeated", async () => {
  const send = vi.fn(() => OK("mine"));
  const [tab, other] = [new Session(() => OK("stale")), new Session(send)];
  await tab.signIn("asha", "secret");
  tab.keepToken("renewed");
  expect(await other.refresh("stale")).toBe(true);
  expect(await other.token()).toBe("renewed");
  expect(send).not.toHaveBeenCalled();
});

test("a session that has ended signs out", async () => {
  localStorage.setItem("novacart.session", "1");
  const session = new Session(() => Promise.resolve(new Response(null, { status: 401 })));
  expect(await session.token()).toBeNull();
  expect(session.state).toBe("signed-out");
});

test("a page whose session expires stays signed in until it is answered", async () => {
  const answers = [OK("first"), Promise.resolve(new Response(null, { status: 401 })), OK("second")];
  const send = vi.fn(() => answers.shift() ?? OK("none"));
  const [session, other] = [new Session(send), new Session(() => OK("unused"))];
  await session.signIn("asha", "secret");
  expect(await session.refresh("first")).toBe(false);
  expect([session.state, session.isExpired, other.isExpired]).toEqual(["signed-in", true, true]);
  expect(await session.refresh("first")).toBe(false);
  expect(send).toHaveBeenCalledTimes(2);
  await session.signIn("asha", "secret");
  expect([session.isExpired, other.isExpired, await other.token()]).toEqual([
    false,
    false,
    "second",
  ]);
});

test("a page does not continue with another user", async () => {
  const jwt = (sub: string) => `header.${btoa(JSON.stringify({ sub, name: "é?>" }))}.signature`;
  const answers = [jwt("1"), jwt("1"), jwt("2")];
  const session = new Session(() => OK(answers.shift() ?? ""));
  const [first, second] = [new Session(() => OK("unused")), new Session(() => OK("unused"))];
  await session.signIn("asha", "secret");
  await session.signIn("asha", "secret");
  expect([session.isOfOtherUser, first.isOfOtherUser]).toEqual([false, false]);
  second.end();
  await session.signIn("ravi", "secret");
  expect([session.isOfOtherUser, first.isOfOtherUser]).toEqual([false, false]);
  session.keepToken(jwt("3"));
  expect([session.isOfOtherUser, first.isOfOtherUser]).toEqual([true, true]);
  first.end();
  expect([session.isOfOtherUser, first.isOfOtherUser]).toEqual([false, false]);
});

test("a shop that is down does not end the session", async () => {
  localStorage.setItem("novacart.session", "1");
  const session = new Session(() => Promise.resolve(new Response(null, { status: 503 })));
  await expect(session.token()).rejects.toMatchObject({ status: 503 });
  expect(session.state).toBe("signed-in");
});

test("a guest's session that is refused says when to try again", async () => {
  const refused = () =>
    Promise.resolve(Response.json({}, { status: 429, headers: { "Retry-After": "40" } }));
  await expect(new Session(refused).ensureShopper()).rejects.toMatchObject({
    message: "Too many requests at once. Try again in 40 seconds.",
  });
});

test("a guest's session starts with the first need for it and is stored", async () => {
  const send = vi.fn(() => OK("guest"));
  const session = new Session(send);
  await session.ensureShopper();
  await session.ensureShopper();
  expect(send).toHaveBeenCalledTimes(1);
  expect([session.state, await session.token()]).toEqual(["guest", "guest"]);
  expect(await new Session(send).token()).toBe("guest");
});

test("needs for a guest's session at once start one", async () => {
  const send = vi.fn(() => OK("guest"));
  const session = new Session(send);
  await Promise.all([session.ensureShopper(), session.ensureShopper()]);
  expect(send).toHaveBeenCalledTimes(1);
});

test("a visit extends the session of a guest, once a day", async () => {
  const issued = (hoursAgo: number) => {
    const claims = { sub: "5", iat: Math.floor(Date.now() / 1000) - hoursAgo * 3600 };
    return `header.${btoa(JSON.stringify(claims))}.signature`;
  };
  const fresh = issued(0);
  const send = vi.fn<typeof fetch>(() => OK(fresh));
  const session = new Session(send);
  await session.extendGuest();
  localStorage.setItem("novacart.guest", issued(23));
  await session.extendGuest();
  expect(send).not.toHaveBeenCalled();
  const old = issued(25);
  localStorage.setItem("novacart.guest", old);
  await session.extendGuest();
  expect(send.mock.calls[0]?.[1]?.body).toBe(JSON.stringify({ guest_token: old }));
  expect(session.guestToken).toBe(fresh);
});

test.each(["guest", "a.b.c", "a.YQ==.c"])(
  "a stored token that is no JWT is not extended: %s",
  async (token) => {
    localStorage.setItem("novacart.guest", token);
    const send = vi.fn<typeof fetch>();
    await new Session(send).extendGuest();
    expect(send).not.toHaveBeenCalled();
  },
);

test("a guest whose session can not be extended keeps it", async () => {
  const old = `header.${btoa(JSON.stringify({ sub: "5", iat: 1 }))}.signature`;
  localStorage.setItem("novacart.guest", old);
  const session = new Session(() => Promise.resolve(new Response(null, { status: 503 })));
  await session.extendGuest();
  expect(session.guestToken).toBe(old);
});

test("a sign-out that does not reach the shop is an error, and the session stays", async () => {
  const answers = [OK("first"), Promise.resolve(new Response(null, { status: 503 }))];
  const session = new Session(() => answers.shift() ?? Promise.reject(new TypeError("offline")));
  await session.signIn("asha", "secret");
  await expect(session.signOut()).rejects.toMatchObject({ status: 503 });
  await expect(session.signOut()).rejects.toThrow("offline");
  expect(session.state).toBe("signed-in");
});

test("a user who signs in is no guest any more once the cart is merged", async () => {
  localStorage.setItem("novacart.guest", "guest");
  const session = new Session(() => OK("user"));
  await session.signIn("asha", "secret");
  expect([session.state, session.guestToken]).toEqual(["signed-in", "guest"]);
  session.forgetGuest();
  await session.signOut();
  expect(session.state).toBe("signed-out");
});
