import createClient from "openapi-fetch";
import { keptAnswer } from "./kept";
import { sayReached } from "./reach";
import { Refusal, refusalOf } from "./refusal";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

type Answer<T> = { data?: T; error?: unknown; response: Response };

/** Same origin, cookies that no script reads: there is nothing to configure and no token to hold. */
export const api = createClient<paths>({
  baseUrl: "/",
  credentials: "same-origin",
  headers: { Accept: "application/json" },
  // Of the moment: tests and the dev tools may put another one in its place.
  fetch: async (request) => keptAnswer(request) ?? fetch(request),
});

/** The answer, or the refusal, thrown. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  let got: Answer<T>;
  try {
    got = await answer;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    sayReached(false);
    throw new Refusal("OFFLINE");
  }
  sayReached(true);
  if (!got.response.ok) throw refusalOf(got.response, got.error);
  return got.data as T;
}
