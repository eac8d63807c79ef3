import { api, ask, type Schemas } from "./client";
import { Refusal } from "./refusal";

// The tokens are cookies that no script can read (ADR 46). What can be read is until when there is one: `signed-in`, or
// `signed-in-<port>` on another port than 443.
const RENEW_BEFORE_S = 60;
const LOCK = "session";

export type Account = Schemas["Account"];
type News = "signed-in" | "signed-out";

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("session");
const listeners = new Set<(news: News) => void>();

function tell(news: News) {
  for (const listener of listeners) listener(news);
}
channel?.addEventListener("message", (event: MessageEvent<News>) => tell(event.data));

/** Signing in and out, here and in other tabs. */
export function onSession(listener: (news: News) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function said(news: News) {
  tell(news);
  channel?.postMessage(news);
}

/** Until when the token is good, in seconds since 1970; undefined without a session. */
export function endOfToken(cookies = document.cookie, port = location.port): number | undefined {
  const name = port && port !== "443" ? `signed-in-${port}` : "signed-in";
  const found = cookies.split("; ").find((one) => one.startsWith(`${name}=`));
  const end = Number(found?.slice(name.length + 1));
  return found && end > 0 ? end : undefined;
}

export function isSignedIn(): boolean {
  return endOfToken() !== undefined;
}

function isStale(now = Date.now() / 1000): boolean {
  const end = endOfToken();
  return end !== undefined && end - now < RENEW_BEFORE_S;
}

// A refresh token is good once: of all tabs one asks, and who waited finds a new token.
async function renew(needed: () => boolean): Promise<void> {
  await navigator.locks.request(LOCK, async () => {
    if (!needed()) return;
    try {
      await ask(api.POST("/v1/browser/session:refresh"));
    } catch (problem) {
      if (problem instanceof Refusal && problem.status === 401) said("signed-out");
      throw problem;
    }
  });
}

/** Asks as somebody who is signed in: with a token that is good for a while, and once more where it was not. */
export async function asMember<T>(question: () => Promise<T>): Promise<T> {
  if (isStale()) await renew(isStale);
  const before = endOfToken();
  try {
    return await question();
  } catch (problem) {
    if (!(problem instanceof Refusal && problem.status === 401 && before !== undefined)) throw problem;
    await renew(() => endOfToken() === before);
    return question();
  }
}

export async function signIn(email: string, password: string): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session", { body: { email, password } }));
  said("signed-in");
  return account;
}

export async function answerChallenge(challengeId: string, code: string): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:answerChallenge", { body: { challengeId, code } }));
  said("signed-in");
  return account;
}

export async function signUp(body: Schemas["SignUpRequest"]): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:signUp", { body }));
  said("signed-in");
  return account;
}

/** An account without a password, to buy with. */
export async function signUpGuest(body: Schemas["SignUpGuestRequest"]): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:guest", { body }));
  said("signed-in");
  return account;
}

export async function signOut(): Promise<void> {
  try {
    await asMember(() => ask(api.DELETE("/v1/browser/session")));
  } catch (problem) {
    // Over already: that is what was wanted.
    if (!(problem instanceof Refusal && problem.status === 401)) throw problem;
  }
  said("signed-out");
}
