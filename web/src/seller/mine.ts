import { useInfiniteQuery } from "@tanstack/preact-query";
import { ask } from "../api/client";
import { asMember } from "../api/session";

type Answer<T> = { data?: T; error?: unknown; response: Response };
type Page = { nextPageToken?: string };

/** What is asked as somebody who is signed in. */
export const mine = <T>(question: () => Promise<Answer<T>>): Promise<T> => asMember(() => ask(question()));

/** A list page by page: the next one is asked for when somebody wants to see it. */
export function usePages<T extends Page, Row>(
  key: readonly unknown[],
  page: (pageToken: { pageToken?: string }) => Promise<Answer<T>>,
  rowsOf: (page: T) => readonly Row[],
) {
  const list = useInfiniteQuery({
    queryKey: ["mine", ...key],
    queryFn: ({ pageParam }) => mine(() => page(pageParam ? { pageToken: pageParam } : {})),
    initialPageParam: "",
    getNextPageParam: (last: T) => last.nextPageToken || undefined,
  });
  return { list, rows: list.data?.pages.flatMap((one) => [...rowsOf(one)]) ?? [] };
}
