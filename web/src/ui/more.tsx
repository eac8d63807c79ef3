/** The next page of a list, where there is one. */
export function More({
  list,
  children,
}: {
  list: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
  children: string;
}) {
  if (!list.hasNextPage) return null;
  return (
    <div class="more">
      <button
        type="button"
        class="button"
        disabled={list.isFetchingNextPage}
        onClick={() => void list.fetchNextPage()}
      >
        {children}
      </button>
    </div>
  );
}
