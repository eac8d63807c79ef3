import { expect, test } from "vitest";
import { qrOf } from "./qr";

const URI =
  "otpauth://totp/Marketplace:ada@example.test?secret=JBSWY3DPEHPK3PXP&issuer=Marketplace&algorithm=SHA1&digits=6&period=30#";
const digest = async (text: string) => {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(qrOf(text).join("\n")));
  return [...new Uint8Array(hash).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
};

// Each of these was read by another's decoder (jsQR 1.4) when it was written down.
test.each([
  [1, 21, "fd01cf331dafb356"],
  [26, 25, "53ec2535aeed0b91"],
  [84, 37, "5ebde3561813e5ec"],
  [122, 45, "c6492dcc4c60599f"],
  [180, 53, "497b4c482d690c11"],
  [213, 57, "7566d9537f68c864"],
])("a text of %i bytes has %i rows, as a camera reads them", async (length, rows, said) => {
  const text = (URI + "x".repeat(300)).slice(0, length);
  expect(qrOf(text)).toHaveLength(rows);
  expect(await digest(text)).toBe(said);
});

test("what is too long is refused", () => {
  expect(() => qrOf("x".repeat(214))).toThrow(RangeError);
});
