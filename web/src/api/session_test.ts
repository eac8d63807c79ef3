import { beforeEach, expect, test, vi } from "vitest";

// A browser as far as a session needs one: cookies, one lock, and answers.
let cookie = "";
let answers: { status: number; reason?: string }[] = [];
let asked: string[] = [];

function answer({ status, reason }: { status: number; reason?: string }): Response {
  const body = reason
    ? { reason, status, fields: [], traceId: "", detail: "", title: "", type: "" }
    : { id: "ada" };
  return new Response(JSON.stringify(body), { status, headers: { "Content-Type": "application/json" } });
}

vi.stubGlobal("document", {
  getElementById: () => null,
  get cookie() {
    return cookie;
  },
});
vi.stubGlobal("location", { port: "" });
vi.stubGlobal("navigator", { locks: { request: (_: string, act: () => Promise<void>) => act() } });
vi.stubGlobal("BroadcastChannel", undefined);
// Node's knows no page to which "/v1" belongs.
vi.stubGlobal(
  "Request",
  class extends Request {
    constructor(input: string, init?: RequestInit) {
      super(new URL(input, "https://shop.test"), init);
    }
  },
);
vi.stubGlobal("fetch", async (request: Request) => {
  asked.push(new URL(request.url).pathname);
  return answer(answers.shift() ?? { status: 500, reason: "INTERNAL" });
});

const { Refusal } = await import("./refusal");
const { asMember, keepSession, onSession } = await import("./session");

const inAnHour = () => `signed-in=${Math.floor(Date.now() / 1000) + 3600}`;
let questions: (() => Promise<unknown>)[] = [];
const question = () => {
  const next = questions.shift();
  return next ? next() : Promise.resolve("answered");
};
const refused = (reason: "UNAUTHENTICATED" | "BAD_CREDENTIALS") => () =>
  Promise.reject(new Refusal(reason, { status: 401 }));

beforeEach(() => {
  cookie = inAnHour();
  answers = [];
  asked = [];
  questions = [];
});

test("a token that has ended is renewed, and the question asked again", async () => {
  questions = [refused("UNAUTHENTICATED")];
  answers = [{ status: 200 }];
  expect(await asMember(question)).toBe("answered");
  expect(asked).toEqual(["/v1/browser/session:refresh"]);
});

test("a password that is wrong is no end of a session", async () => {
  questions = [refused("BAD_CREDENTIALS")];
  await expect(asMember(question)).rejects.toMatchObject({ reason: "BAD_CREDENTIALS" });
  expect(asked).toEqual([]);
});

test("where the session is over the password is asked for once, and all questions wait for it", async () => {
  const news: string[] = [];
  const stop = onSession((what) => news.push(what));
  let keeps = 0;
  const forget = keepSession(async () => {
    keeps++;
    await Promise.resolve();
    cookie = inAnHour();
    return true;
  });
  questions = [refused("UNAUTHENTICATED"), refused("UNAUTHENTICATED")];
  answers = [
    { status: 401, reason: "SESSION_ENDED" },
    { status: 401, reason: "SESSION_ENDED" },
  ];
  expect(await Promise.all([asMember(question), asMember(question)])).toEqual(["answered", "answered"]);
  expect([keeps, news]).toEqual([1, []]);
  forget();
  stop();
});

test("who does not come back is signed out", async () => {
  const news: string[] = [];
  const stop = onSession((what) => news.push(what));
  const forget = keepSession(() => {
    cookie = "";
    return Promise.resolve(false);
  });
  questions = [refused("UNAUTHENTICATED")];
  answers = [{ status: 401, reason: "SESSION_ENDED" }];
  await expect(asMember(question)).rejects.toMatchObject({ reason: "SESSION_ENDED" });
  expect(news).toEqual(["signed-out"]);
  forget();
  stop();
});
