import { expect, test } from "vitest";
import { tokenOf } from "./mailed";

test("a fragment is a token, or nothing", () => {
  expect(tokenOf("#mt_8b0dQ4-x_Y.z~")).toBe("mt_8b0dQ4-x_Y.z~");
  for (const none of ["", "#", "#a b", "#<script>", `#${"a".repeat(129)}`, "#a/../b"])
    expect(tokenOf(none)).toBe("");
});
