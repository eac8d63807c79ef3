import { expect, test } from "vitest";
import { actsIn, STATES } from "./returns";

test("each state of a return lets be done what the service takes, and nothing when it is over", () => {
  const can = Object.fromEntries(
    STATES.map((state) => [
      state,
      Object.entries(actsIn(state))
        .filter(([, is]) => is)
        .map(([name]) => name)
        .join(" "),
    ]),
  );
  expect(can).toEqual({
    REQUESTED: "approve reject",
    APPROVED: "receive close",
    IN_TRANSIT: "receive close",
    RECEIVED: "reject close",
    CLOSED: "",
    REJECTED: "",
  });
});
