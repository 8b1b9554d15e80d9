import createClient from "openapi-fetch";

import { apiOrigin } from "./origin";
import { asProblem, problemOf } from "./problem";
import type { paths } from "./schema";
import { session } from "./session";

/** Sends a request with the access token, and once more with a new one if it was refused. */
async function authenticatedFetch(request: Request): Promise<Response> {
  const token = await session.token();
  if (token === null) return fetch(request);
  const isGuest = session.state !== "signed-in";
  const again = request.clone();
  const response = await fetch(withToken(request, token));
  if (response.status !== 401) return response;
  if (isGuest) {
    // What a guest sent is not repeated for the user who has signed in meanwhile.
    if (session.state === "signed-in") return response;
    // The session of a guest ends after 30 days without a visit; then another one starts.
    await session.replaceGuest(token);
  } else if (!(await session.refresh(token))) {
    return response;
  }
  // What one user sent is not repeated for another one.
  if (session.isOfOtherUser) return response;
  const renewed = await session.token();
  return renewed === null ? response : fetch(withToken(again, renewed));
}

function withToken(request: Request, token: string): Request {
  request.headers.set("Authorization", `Bearer ${token}`);
  return request;
}

export const api = createClient<paths>({
  baseUrl: apiOrigin,
  fetch: authenticatedFetch,
});

/** For requests of the catalogue, which need no token and so wait for none. */
export const catalog = createClient<paths>({
  baseUrl: apiOrigin,
  fetch: (request) => fetch(request),
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of a response. Throws `Problem` for an error and for a failed connection. */
export async function data<T>(request: Promise<Answer<T>>): Promise<T> {
  return (await received(request)).data;
}

/** The data of a response and the response itself, for its headers. */
export async function received<T>(
  request: Promise<Answer<T>>,
): Promise<{ data: T; response: Response }> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    throw asProblem(error);
  }
  if (!answer.response.ok) throw problemOf(answer.error, answer.response);
  return { data: answer.data as T, response: answer.response };
}
