import type { components } from "./schema";

type Problem = components["schemas"]["Problem"];

/** The reasons of the contract, and what only a browser knows: nothing answered, or not in our words. */
export type Reason = components["schemas"]["Reason"] | "OFFLINE" | "UNREADABLE" | "PAGE_NOT_LOADED";

/** An answer that is not the one that was asked for. It is thrown, so that it reaches whoever shows the page or the form. */
export class Refusal extends Error {
  readonly reason: Reason;
  readonly status: number;
  readonly traceId: string;
  readonly fields: Problem["fields"];
  readonly metadata: Problem["metadata"];
  /** Seconds to wait before it is worth asking again; 0 where nobody said so. */
  readonly retryAfter: number;

  constructor(reason: Reason, more: Partial<Problem> & { retryAfter?: number } = {}) {
    super(more.detail ?? reason);
    this.name = "Refusal";
    this.reason = reason;
    this.status = more.status ?? 0;
    this.traceId = more.traceId ?? "";
    this.fields = more.fields ?? [];
    this.metadata = more.metadata;
    this.retryAfter = more.retryAfter ?? 0;
  }
}

function isProblem(body: unknown): body is Problem {
  return typeof body === "object" && body !== null && "reason" in body && "traceId" in body;
}

export function refusalOf(response: Response, body: unknown): Refusal {
  const retryAfter = Number(response.headers.get("Retry-After") ?? 0) || 0;
  if (isProblem(body)) return new Refusal(body.reason, { ...body, retryAfter });
  return new Refusal("UNREADABLE", { status: response.status, retryAfter });
}

/** Whether the same question may have another answer in a moment. */
export function passes(problem: unknown): boolean {
  if (!(problem instanceof Refusal)) return false;
  return problem.reason === "OFFLINE" || problem.status === 429 || problem.status >= 500;
}
