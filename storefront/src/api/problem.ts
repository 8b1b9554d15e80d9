/** An error of the API (problem details, RFC 9457), or of the connection to it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** The messages of each invalid field. */
  readonly fields: Readonly<Record<string, string>>;
  /** Further members, such as the number of units that are available. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Seconds to wait before the next attempt. */
  readonly retryAfter: number | null;

  constructor(
    status: number,
    code: string,
    detail: string,
    facts: Record<string, unknown> = {},
    retryAfter: number | null = null,
  ) {
    super(detail);
    this.status = status;
    this.code = code;
    this.facts = facts;
    this.fields = firstMessages(facts["errors"]);
    this.retryAfter = retryAfter;
  }

  get isTemporary(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }

  number(name: string): number | null {
    const value = this.facts[name];
    return typeof value === "number" ? value : null;
  }

  text(name: string): string | null {
    const value = this.facts[name];
    return typeof value === "string" ? value : null;
  }
}

export function connectionProblem(): Problem {
  return new Problem(0, "no_connection", "The shop can’t be reached. Check your connection.");
}

/** The problem of a response that is not successful. */
export function problemOf(body: unknown, response: Response): Problem {
  const facts = isRecord(body) ? body : {};
  const wait = Number(response.headers.get("Retry-After")) || null;
  return new Problem(
    response.status,
    typeof facts["code"] === "string" ? facts["code"] : "unknown",
    detailOf(response.status, facts["detail"], wait),
    facts,
    wait,
  );
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : connectionProblem();
}

function detailOf(status: number, detail: unknown, wait: number | null): string {
  if (status === 429) return `Too many requests at once. Try again in ${waitText(wait)}.`;
  if (status >= 500)
    return `The shop is not available at the moment. Try again in ${waitText(wait)}.`;
  return typeof detail === "string" ? detail : "Something went wrong. Try again.";
}

function waitText(seconds: number | null): string {
  if (seconds === null) return "a few seconds";
  if (seconds <= 90) return seconds === 1 ? "a second" : `${seconds} seconds`;
  return `${Math.ceil(seconds / 60)} minutes`;
}

function firstMessages(errors: unknown): Record<string, string> {
  if (!isRecord(errors)) return {};
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, messages]) =>
      Array.isArray(messages) && typeof messages[0] === "string" ? [[field, messages[0]]] : [],
    ),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
