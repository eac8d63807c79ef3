import { keepPreviousData, useInfiniteQuery } from "@tanstack/preact-query";
import { ListRoom } from "../ui/list_room";
import { type Column, Table } from "../ui/table";

export type Listed<Row> = { rows: readonly Row[]; nextPageToken?: string | undefined };
/** How many a list asks for at once. */
export const PAGE = 25;

/** A list of the contract as a table, page by page. */
export function List<Row>({
  name,
  caption,
  columns,
  idOf,
  ask,
  tone,
  none,
  clear,
  againMs,
}: {
  /** What it is kept by: its name and everything that narrows it. */
  name: readonly unknown[];
  caption: string;
  columns: readonly Column<Row>[];
  idOf: (row: Row) => string;
  ask: (pageToken: string) => Promise<Listed<Row>>;
  tone?: (row: Row) => "bad" | undefined;
  /** What it means that there is nothing, where nothing narrows the list. */
  none: string;
  /** Where something does: takes it away. */
  clear?: (() => void) | undefined;
  /** How often to look for what is new, as long as only the first page is shown. */
  againMs?: number;
}) {
  const asked = useInfiniteQuery({
    queryKey: ["mine", "op", ...name],
    queryFn: ({ pageParam }) => ask(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
    placeholderData: keepPreviousData,
    refetchInterval: (query) => (againMs && query.state.data?.pages.length === 1 ? againMs : false),
  });
  const rows = asked.data?.pages.flatMap((one) => one.rows) ?? [];
  return (
    <ListRoom list={asked} count={rows.length} narrowed={clear} empty={{ heading: none }}>
      <div aria-busy={asked.isPlaceholderData}>
        <Table caption={caption} columns={columns} rows={rows} idOf={idOf} {...(tone && { tone })} />
      </div>
    </ListRoom>
  );
}
