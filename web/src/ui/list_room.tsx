import type { ComponentChildren } from "preact";
import { useWords } from "../text/rooms";
import { Empty } from "./empty";
import { More } from "./more";
import { Problem } from "./problem";
import { Skeleton } from "./skeleton";

type Asked = {
  isPending: boolean;
  isError: boolean;
  error: unknown;
  refetch: () => unknown;
  hasNextPage?: boolean;
  isFetchingNextPage?: boolean;
  fetchNextPage?: () => unknown;
};

/** The states of a list: coming, refused, empty (of its own, or since it is narrowed), there, with its next page. */
export function ListRoom({
  list,
  count,
  narrowed,
  empty,
  children,
}: {
  list: Asked;
  /** How many rows there are. */
  count: number;
  /** How to see all again, where filters narrow it. */
  narrowed?: (() => void) | undefined;
  /** What to say, and what to do, where there is nothing at all. */
  empty?: { heading: string; hint?: string; act?: ComponentChildren };
  children: ComponentChildren;
}) {
  const { said } = useWords("console");
  if (list.isPending) return <Skeleton shape="line" count={8} />;
  if (list.isError && count === 0) return <Problem problem={list.error} retry={() => void list.refetch()} />;
  if (count === 0 && narrowed)
    return (
      <Empty heading={said.noneNarrowed}>
        <button type="button" class="button" onClick={narrowed}>
          {said.clearFilters}
        </button>
      </Empty>
    );
  if (count === 0)
    return (
      <Empty heading={empty?.heading ?? said.none} {...(empty?.hint && { hint: empty.hint })}>
        {empty?.act}
      </Empty>
    );
  return (
    <>
      {children}
      {list.isError && <Problem problem={list.error} retry={() => void list.refetch()} />}
      {list.fetchNextPage && (
        <More
          list={{
            hasNextPage: list.hasNextPage ?? false,
            isFetchingNextPage: list.isFetchingNextPage ?? false,
            fetchNextPage: list.fetchNextPage,
          }}
        >
          {said.more}
        </More>
      )}
    </>
  );
}
