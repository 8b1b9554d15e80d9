import { count, plural } from "../format";
import { texts } from "../texts";
import type { FieldName, ProblemCode } from "../texts/types";

/** An error of the API (problem details, RFC 9457), or of the connection to it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  /** The text of each invalid field. */
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
    this.fields = firstMessages(facts["errors"], code, facts);
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
  return new Problem(0, "no_connection", texts.errors.noConnection);
}

/** The problem of a response that is not successful. */
export function problemOf(body: unknown, response: Response): Problem {
  const facts = isRecord(body) ? body : {};
  const code = typeof facts["code"] === "string" ? facts["code"] : "unknown";
  const wait = Number(response.headers.get("Retry-After")) || null;
  return new Problem(
    response.status,
    code,
    detailOf(response.status, code, facts, wait),
    facts,
    wait,
  );
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : connectionProblem();
}

function detailOf(
  status: number,
  code: string,
  facts: Record<string, unknown>,
  wait: number | null,
): string {
  if (status === 429) return texts.errors.tooManyRequests(waitText(wait));
  if (status >= 500) return texts.errors.unavailable(waitText(wait));
  return knownText(code, facts) ?? texts.errors.unknown;
}

/** The text of a code. Null for an unknown code. */
function knownText(code: string, facts: Record<string, unknown>): string | null {
  const { problems } = texts.api;
  if (!Object.hasOwn(problems, code)) return null;
  const text = problems[code as ProblemCode];
  if (typeof text === "string") return text;
  const value = (name: string) => (typeof facts[name] === "number" ? facts[name] : null);
  return text((name) => count(value(name) ?? 0), value);
}

function waitText(seconds: number | null): string {
  if (seconds === null) return texts.errors.aFewSeconds;
  if (seconds <= 90) return plural(seconds, texts.errors.seconds);
  return plural(Math.ceil(seconds / 60), texts.errors.minutes);
}

function firstMessages(
  errors: unknown,
  code: string,
  facts: Record<string, unknown>,
): Record<string, string> {
  if (!isRecord(errors)) return {};
  return Object.fromEntries(
    Object.entries(errors).flatMap(([field, messages]) =>
      Array.isArray(messages) && typeof messages[0] === "string"
        ? [[field, fieldText(field, code, facts)]]
        : [],
    ),
  );
}

/** The text of an invalid field. */
export function fieldText(
  field: string,
  code = "invalid_value",
  facts: Record<string, unknown> = {},
): string {
  const { fields, otherField } = texts.api;
  // A code such as `username_taken` says more than the name of the field.
  const byCode = code === "invalid_value" ? null : knownText(code, facts);
  return byCode ?? (Object.hasOwn(fields, field) ? fields[field as FieldName] : otherField);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
