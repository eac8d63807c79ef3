import { expect, test } from "vitest";
import { destinationOf, mayArrive, mayComeBack, PAYOUT_STATES } from "./payouts";

test("what can be said of a payout depends on where it is", () => {
  const states = (may: typeof mayArrive) => PAYOUT_STATES.filter((state) => may({ state }));
  expect(states(mayArrive)).toEqual(["SUBMITTED"]);
  expect(states(mayComeBack)).toEqual(["SUBMITTED", "PAID"]);
});

test("where it goes is said by holder and last digits, or by the provider's name for it", () => {
  expect(destinationOf({ accountHolder: "Ada Ltd", ibanLast4: "3000" })).toBe("Ada Ltd, …3000");
  expect(destinationOf({ providerAccount: "acct_1" })).toBe("acct_1");
});
