import { Refusal } from "../../api/refusal";

// 1, 2, 4, 8 and 15 s apart: half a minute, then whoever waits is asked.
const TRIES = 5;
const LONGEST_S = 15;

/** Whether it is not known what became of what was sent: then the same is sent again, under the same key. */
export function leavesOpen(problem: unknown): boolean {
  if (!(problem instanceof Refusal)) return false;
  if (problem.reason === "OFFLINE" || problem.reason === "IDEMPOTENCY_KEY_IN_FLIGHT") return true;
  return problem.status === 408 || problem.status === 429 || problem.status >= 500;
}

export function waitMs(tries: number, problem: unknown): number {
  const asked = problem instanceof Refusal ? problem.retryAfter : 0;
  return Math.min(Math.max(2 ** tries, asked), LONGEST_S) * 1000;
}

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

/** Sends until there is a last word, or nobody has one for a while. */
export async function untilFinal<T>(send: () => Promise<T>, wait = pause): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await send();
    } catch (problem) {
      if (!leavesOpen(problem) || tries >= TRIES) throw problem;
      await wait(waitMs(tries, problem));
    }
  }
}

/** What follows from a refused order: there is one all the same, nobody knows, the session has ended over it, or there is none. */
export type Outcome =
  | { is: "order"; orderId: string }
  | { is: "unsure" }
  | { is: "signedOut" }
  | { is: "refused" };

export function outcomeOf(problem: unknown): Outcome {
  if (leavesOpen(problem)) return { is: "unsure" };
  if (!(problem instanceof Refusal)) return { is: "refused" };
  if (problem.status === 401) return { is: "signedOut" };
  // Declined: the order is kept, to be paid in another way. In checkout: it is the order that this cart has made.
  const orderId = problem.metadata?.orderId;
  return orderId ? { is: "order", orderId } : { is: "refused" };
}
