/**
 * The session of this browser. The access token of a user is in memory; the refresh token is in a
 * cookie that scripts can't read. All tabs share a session: one refreshes, the others get the new
 * token. A guest has one token, which is stored: it opens no account.
 */

import { stored } from "../storage";
import { apiUrl } from "./origin";
import { type Problem, problemOf } from "./problem";

export type SessionState = "signed-in" | "guest" | "signed-out";

type Message = { type: "token"; access: string } | { type: "signed-out" | "expired" | "merged" };

const HINT = "novacart.session";
const GUEST = "novacart.guest";
const LOCK = "novacart.refresh";
/** The age of a guest's token from which a visit renews it, in seconds. */
const RENEWED_AFTER = 24 * 3600;

export class Session {
  private access: string | null = null;
  private hasExpired = false;
  private hasOtherUser = false;
  private mergedGuests = 0;
  private readonly listeners = new Set<() => void>();
  private readonly channel: BroadcastChannel | null;
  private refreshing: Promise<boolean> | null = null;
  private starting: Promise<void> | null = null;
  private readonly send: typeof fetch;

  constructor(send: typeof fetch = (input, init) => fetch(input, init)) {
    this.send = send;
    this.channel = openChannel();
    this.channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
      // A tab of another release may send other types.
      switch (data.type) {
        case "expired":
          this.expire();
          break;
        case "token":
          this.share(data.access);
          break;
        case "signed-out":
          this.share(null);
          break;
        case "merged":
          this.mergedGuests += 1;
          this.notify();
          break;
      }
    });
  }

  /** Signed in means that the last tab to check had a session; the server may have ended it. */
  get state(): SessionState {
    if (this.access !== null || readHint()) return "signed-in";
    return this.guestToken === null ? "signed-out" : "guest";
  }

  /** The session of this page has ended at the server. The page stays until the user signs in. */
  get isExpired(): boolean {
    return this.hasExpired;
  }

  /** Another user than that of this page has signed in. */
  get isOfOtherUser(): boolean {
    return this.hasOtherUser;
  }

  get guestToken(): string | null {
    return stored.get(GUEST);
  }

  /** How many guests' carts were taken over since this page was opened, in any tab. */
  get merges(): number {
    return this.mergedGuests;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The access token, refreshed first if this page has none yet, or that of the guest. */
  async token(): Promise<string | null> {
    if (this.access === null && readHint()) await this.refresh();
    return this.access ?? this.guestToken;
  }

  /** Start a guest's session unless there is a session. Rejects if the shop refuses it or is down. */
  async ensureShopper(): Promise<void> {
    if (this.state === "signed-out") await this.startGuest();
  }

  /** Extend the session of a guest by 30 days, at most once a day. A failure changes nothing. */
  async extendGuest(): Promise<void> {
    const issuedAt = claimsOf(this.guestToken)?.iat;
    if (this.state !== "guest" || issuedAt === undefined) return;
    if (Date.now() / 1000 - issuedAt > RENEWED_AFTER) await this.startGuest().catch(() => null);
  }

  /** Start another guest's session if that of `refused` has ended and none was started since. */
  async replaceGuest(refused: string): Promise<void> {
    if (this.guestToken === refused) this.forgetGuest();
    await this.ensureShopper();
  }

  /** Start a guest's session, or extend the present one. Calls at once share one request. */
  private startGuest(): Promise<void> {
    this.starting ??= this.requestGuest().finally(() => {
      this.starting = null;
    });
    return this.starting;
  }

  private async requestGuest(): Promise<void> {
    const known = this.guestToken;
    const response = await this.send(apiUrl("/api/guest/session/"), {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(known === null ? {} : { guest_token: known }),
    });
    if (!response.ok) throw await refusal(response);
    const { access } = (await response.json()) as { access: string };
    stored.set(GUEST, access);
    this.notify();
  }

  /** Forget the guest, whose cart the user has taken over. */
  endMerge(): void {
    this.mergedGuests += 1;
    this.forgetGuest();
    this.post({ type: "merged" });
  }

  /** Forget the guest, whose session has ended. */
  forgetGuest(): void {
    stored.remove(GUEST);
    this.notify();
  }

  /** Sign in. Returns the response if it is not successful. */
  async signIn(username: string, password: string, otp?: string): Promise<Response | null> {
    const response = await this.sendWithCookie("/api/token/", { username, password, otp });
    if (!response.ok) return response;
    await this.keep(response);
    return null;
  }

  /** Keep the access token of a response that started or renewed the session. */
  async keep(response: Response): Promise<void> {
    const { access } = (await response.json()) as { access: string };
    this.keepToken(access);
  }

  keepToken(access: string): void {
    this.adopt(access);
    writeHint(true);
    this.post({ type: "token", access });
    this.notify();
  }

  /** End the session at the server and in all tabs. Rejects if the shop is down or unreachable. */
  async signOut(): Promise<void> {
    const response = await this.sendWithCookie("/api/token/blacklist/", {});
    const problem = response.ok ? null : await refusal(response);
    if (problem?.isTemporary) throw problem;
    this.end();
  }

  /** Take over what another tab has sent. */
  private share(access: string | null): void {
    if (access === null) this.drop();
    else this.adopt(access);
    // What another tab stores can arrive after its message.
    writeHint(access !== null);
    this.notify();
  }

  /** Forget the session, which has ended at the server. */
  end(): void {
    this.forget();
    this.post({ type: "signed-out" });
  }

  /** Keep a page that was signed in, so that nothing typed is lost; other pages are signed out. */
  private expire(): void {
    if (this.access === null) {
      this.forget();
    } else {
      this.hasExpired = true;
      this.notify();
    }
  }

  private forget(): void {
    this.drop();
    writeHint(false);
    this.notify();
  }

  private adopt(access: string): void {
    const [before, user] = [userOf(this.access), userOf(access)];
    if (before !== null && user !== before) this.hasOtherUser = true;
    this.access = access;
    this.hasExpired = false;
  }

  private drop(): void {
    this.access = null;
    this.hasExpired = false;
    this.hasOtherUser = false;
  }

  /**
   * Get a new access token. `stale` is the token that was refused. Returns false if there is no
   * session; rejects if the server can't be reached or fails.
   */
  refresh(stale: string | null = null): Promise<boolean> {
    this.refreshing ??= this.refreshAlone(stale).finally(() => {
      this.refreshing = null;
    });
    return this.refreshing;
  }

  private async refreshAlone(stale: string | null): Promise<boolean> {
    return withLock(async () => {
      // Another tab may have refreshed while this one waited for the lock.
      if (this.access !== null && this.access !== stale) return true;
      if (this.hasExpired) return false;
      const response = await this.sendWithCookie("/api/token/refresh/", {});
      if (response.status === 401 || response.status === 403) {
        this.expire();
        this.post({ type: "expired" });
        return false;
      }
      if (!response.ok) throw await refusal(response);
      await this.keep(response);
      return true;
    });
  }

  /** Send a request that sets or reads the cookie, also if the API has another origin. */
  private sendWithCookie(path: string, body: unknown): Promise<Response> {
    return this.send(apiUrl(path), {
      method: "POST",
      credentials: "include",
      headers: { "Content-Type": "application/json", "X-Session": "cookie" },
      body: JSON.stringify(body),
    });
  }

  private post(message: Message): void {
    this.channel?.postMessage(message);
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }
}

async function refusal(response: Response): Promise<Problem> {
  return problemOf(await response.json().catch(() => null), response);
}

async function withLock(task: () => Promise<boolean>): Promise<boolean> {
  // Web Locks exist in secure contexts only: https, or this machine.
  if (!("locks" in navigator)) return task();
  try {
    return await navigator.locks.request(LOCK, task);
  } catch (error) {
    // A browser that refuses storage refuses locks, too.
    if (error instanceof DOMException && error.name === "SecurityError") return task();
    throw error;
  }
}

/** The channel to the other tabs. Null in a browser that has none or refuses it. */
function openChannel(): BroadcastChannel | null {
  try {
    return new BroadcastChannel("novacart.session");
  } catch {
    return null;
  }
}

function userOf(access: string | null): string | null {
  return claimsOf(access)?.sub ?? null;
}

/**
 * The claims of a token, a JSON Web Token (RFC 7519): its user, and when it was issued. Null if it
 * is not one.
 */
function claimsOf(token: string | null): { sub: string; iat: number } | null {
  const payload = token?.split(".")[1]?.replaceAll("-", "+").replaceAll("_", "/");
  try {
    return JSON.parse(atob(payload ?? "")) as { sub: string; iat: number };
  } catch {
    return null;
  }
}

function readHint(): boolean {
  return stored.get(HINT) !== null;
}

function writeHint(signedIn: boolean): void {
  if (signedIn) stored.set(HINT, "1");
  else stored.remove(HINT);
}

export const session = new Session();
