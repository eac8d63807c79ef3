// What the server wrote a page from comes along with it: a script that asks the same has the answer already. Each is given once, and
// none after somebody has gone on to another page.

const HEAD_OF_ONE_PAGE =
  'script[type="application/ld+json"], link[rel="canonical"], link[hreflang], meta[property], meta[name="description"], meta[name="robots"]';

/** The URL of a question in its one spelling: the parameters in the order of their names. */
export function spelt(url: string): string {
  const { pathname, searchParams } = new URL(url, "https://any.invalid");
  searchParams.sort();
  const query = searchParams.toString();
  return query ? `${pathname}?${query}` : pathname;
}

function answersIn(block: Element | null): Map<string, unknown> {
  try {
    return new Map(Object.entries(JSON.parse(block?.textContent ?? "{}")));
  } catch {
    return new Map();
  }
}

const block = typeof document === "undefined" ? null : document.getElementById("answers");
const answers = answersIn(block);

/** Whether the server has written this page. */
export const isWritten = answers.size > 0;
block?.remove();

export function keptAnswer(request: Request): Response | undefined {
  const url = spelt(request.url);
  const answer = request.method === "GET" ? answers.get(url) : undefined;
  if (answer === undefined) return undefined;
  answers.delete(url);
  return Response.json(answer);
}

function leave() {
  answers.clear();
  // What the server said of the page is not true of another.
  for (const one of document.head.querySelectorAll(HEAD_OF_ONE_PAGE)) one.remove();
}

if (isWritten) {
  // The router makes an event of each.
  for (const event of ["popstate", "pushState", "replaceState"])
    addEventListener(event, leave, { once: true });
}
