import { useEffect, useState } from "preact/hooks";
import { Refusal } from "../api/refusal";
import { type Messages, useText } from "../text/messages";
import { moreReasons } from "../text/reasons";
import "./problem.css";

/** What a refusal means, in words for whoever reads it; `here`: what it means on this page. */
export function wordsOf(
  problem: unknown,
  text: Messages,
  here: Readonly<Record<string, string>> = {},
): string {
  const reason = problem instanceof Refusal ? problem.reason : "INTERNAL";
  return here[reason] ?? moreReasons[reason] ?? text.problem.reasons[reason] ?? text.problem.other;
}

function useCountdown(seconds: number): number {
  const [left, setLeft] = useState(seconds);
  useEffect(() => {
    setLeft(seconds);
    if (seconds <= 0) return;
    const timer = setInterval(() => setLeft((now) => Math.max(0, now - 1)), 1000);
    return () => clearInterval(timer);
  }, [seconds]);
  return left;
}

/** In the place of what could not be had: why, what to tell the people who run this, and another try when it is worth one. `level` 1 where that
 * is the whole page. */
export function Problem({
  problem,
  retry,
  level = 2,
}: {
  problem: unknown;
  retry: () => void;
  level?: 1 | 2;
}) {
  const { text } = useText();
  const refusal = problem instanceof Refusal ? problem : undefined;
  const left = useCountdown(Math.min(refusal?.retryAfter ?? 0, 60));
  const Heading = level === 1 ? "h1" : "h2";
  return (
    <section class="problem" role="alert">
      <Heading tabIndex={level === 1 ? -1 : undefined}>{text.problem.heading}</Heading>
      <p>{wordsOf(problem, text)}</p>
      {refusal?.traceId && (
        <p class="problem-trace">
          {text.problem.trace} <code>{refusal.traceId}</code>
        </p>
      )}
      <button type="button" class="button" disabled={left > 0} onClick={retry}>
        {left > 0 ? text.problem.wait(left) : text.problem.retry}
      </button>
    </section>
  );
}
