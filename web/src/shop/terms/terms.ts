import { queryOptions } from "@tanstack/preact-query";
import { terms } from "../../api/catalogue";

const FRESH_MS = 5 * 60_000;

/** What the operators have published, in this language or the one that they have. */
export const termsIn = (language: string) =>
  queryOptions({ queryKey: ["terms", language], queryFn: () => terms(language), staleTime: FRESH_MS });
