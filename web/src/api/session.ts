import { api, ask, type Schemas } from "./client";
import { Refusal } from "./refusal";

// The tokens are cookies that no script can read (ADR 46). What can be read is until when there is one: `signed-in`, or
// `signed-in-<port>` on another port than 443.
const RENEW_BEFORE_S = 60;
const LOCK = "session";

export type Account = Schemas["Account"];
type News = "signed-in" | "signed-out";
type Listener = (news: News, accountId: string) => void;
type Keeper = () => Promise<boolean>;

const channel = typeof BroadcastChannel === "undefined" ? undefined : new BroadcastChannel("session");
const listeners = new Set<Listener>();
let keeper: Keeper | undefined;
// Whether somebody is asked for the password right now: whatever wants to ask as a member waits for what comes of it.
let again: Promise<boolean> | undefined;

function tell(news: News, accountId: string) {
  for (const listener of listeners) listener(news, accountId);
}
channel?.addEventListener("message", ({ data }: MessageEvent<{ news: News; accountId: string }>) =>
  tell(data.news, data.accountId),
);

/** Signing in (as whom) and out, here and in other tabs. */
export function onSession(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Who brings a session back that has ended under somebody: `keep` says whether it is there again, as the same account. */
export function keepSession(keep: Keeper): () => void {
  keeper = keep;
  return () => {
    keeper = undefined;
  };
}

function said(news: News, accountId = "") {
  tell(news, accountId);
  channel?.postMessage({ news, accountId });
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

/** Whether it is the session that is refused, and not a password or a code that was given. */
function isOver(problem: unknown): boolean {
  return (
    problem instanceof Refusal &&
    problem.status === 401 &&
    problem.reason !== "BAD_CREDENTIALS" &&
    problem.reason !== "WRONG_CODE"
  );
}

/** Returns once there is a session again; throws `problem` where there is none. */
async function enterAgain(problem: unknown): Promise<void> {
  again ??= (keeper?.() ?? Promise.resolve(false)).finally(() => {
    again = undefined;
  });
  if (await again) return;
  if (!isSignedIn()) tell("signed-out", "");
  throw problem;
}

// A refresh token is good once: of all tabs one asks, and who waited finds a new token.
async function renew(needed: () => boolean): Promise<void> {
  let over: unknown;
  await navigator.locks.request(LOCK, async () => {
    if (!needed()) return;
    try {
      await ask(api.POST("/v1/browser/session:refresh"));
    } catch (problem) {
      if (!isOver(problem)) throw problem;
      over = problem;
    }
  });
  if (over) await enterAgain(over);
}

/** Asks as somebody who is signed in: with a token that is good for a while, and once more where it was not. */
export async function asMember<T>(question: () => Promise<T>): Promise<T> {
  await again;
  if (isStale()) await renew(isStale);
  const before = endOfToken();
  try {
    return await question();
  } catch (problem) {
    if (!isOver(problem)) throw problem;
    if (before === undefined) await enterAgain(problem);
    else await renew(() => endOfToken() === before);
    return question();
  }
}

export async function signIn(email: string, password: string): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session", { body: { email, password } }));
  said("signed-in", account.id);
  return account;
}

export async function answerChallenge(challengeId: string, code: string): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:answerChallenge", { body: { challengeId, code } }));
  said("signed-in", account.id);
  return account;
}

export async function signUp(body: Schemas["SignUpRequest"]): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:signUp", { body }));
  said("signed-in", account.id);
  return account;
}

/** An account without a password, to buy with. */
export async function signUpGuest(body: Schemas["SignUpGuestRequest"]): Promise<Account> {
  const account = await ask(api.POST("/v1/browser/session:guest", { body }));
  said("signed-in", account.id);
  return account;
}

/** A new token, which carries what has changed of the account meanwhile: the shops that it is a member of. */
export const renewNow = () => renew(() => true);

/** Everybody who looks at pages of this account hears that its session is over. */
export const sayEnded = () => said("signed-out");

export async function signOut(): Promise<void> {
  // Who wants to leave is not asked in again.
  const kept = keeper;
  keeper = undefined;
  try {
    await asMember(() => ask(api.DELETE("/v1/browser/session")));
  } catch (problem) {
    // Over already: that is what was wanted.
    if (!(problem instanceof Refusal && problem.status === 401)) throw problem;
  } finally {
    keeper = kept;
  }
  sayEnded();
}

/** With a read that everybody may ask: as who is signed in, who is shown more there than others. */
export const WITH_SESSION = { headers: { "X-With-Session": "1" } } as const;
