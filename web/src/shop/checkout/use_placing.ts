import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { CART } from "../../api/cart_kept";
import { type CheckoutBody, checkout, newKey } from "../../api/orders";
import { pathTo } from "../paths";
import { leaveForBank } from "./confirm";
import { type Attempt, endAttempt, endDraft, keepAttempt, readAttempt } from "./draft";
import { outcomeOf, untilFinal } from "./placing";

export type Now = "ready" | "sending" | "unsure";

/** Makes an order of a cart, once: however often somebody clicks, loads the page again or loses the connection. */
export function usePlacing() {
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [now, setNow] = useState<Now>(() => (readAttempt() ? "sending" : "ready"));
  const [problem, setProblem] = useState<unknown>();
  const isBusy = useRef(false);

  const done = (orderId: string) => {
    endDraft();
    void queries.invalidateQueries({ queryKey: CART });
    void queries.invalidateQueries({ queryKey: ["mine", "orders"] });
    go(pathTo.done(orderId), { replace: true });
  };
  const refused = (why: unknown) => {
    const outcome = outcomeOf(why);
    if (outcome.is === "order") return done(outcome.orderId);
    if (outcome.is === "unsure") return setNow("unsure");
    // Whoever signs in again sends the same order.
    if (outcome.is === "signedOut") return setNow("unsure");
    endAttempt();
    setProblem(why);
    setNow("ready");
    // What has changed is shown as it is now.
    void queries.invalidateQueries({ queryKey: CART });
    void queries.invalidateQueries({ queryKey: ["mine", "quote"] });
    void queries.invalidateQueries({ queryKey: ["mine", "addresses"] });
  };
  const follow = async (attempt: Attempt) => {
    setNow("sending");
    setProblem(undefined);
    try {
      const order = await untilFinal(() => checkout(attempt.cartId, attempt.body, attempt.key));
      queries.setQueryData(["mine", "order", order.id], order);
      done(order.id);
      leaveForBank(order);
    } catch (why) {
      refused(why);
    } finally {
      isBusy.current = false;
    }
  };
  const once = async (attempt: () => Promise<Attempt>) => {
    if (isBusy.current) return;
    isBusy.current = true;
    setNow("sending");
    try {
      await follow(await attempt());
    } catch (why) {
      isBusy.current = false;
      setProblem(why);
      setNow("ready");
    }
  };
  const again = () => {
    const attempt = readAttempt();
    if (attempt) void once(async () => attempt);
    else setNow("ready");
  };
  // The page was left or loaded again while an order was under way.
  useEffect(again, []);

  const send = (cartId: string, body: () => Promise<CheckoutBody>) =>
    once(async () => keepAttempt(cartId, await body(), newKey));
  return { now, problem, send, again, forget: () => setProblem(undefined) };
}
