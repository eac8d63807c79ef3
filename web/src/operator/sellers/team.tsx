import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { members } from "./sellers";

/** Who works in a shop, and as what. */
export function Team({ sellerId }: { sellerId: string }) {
  const { said, format } = useWords("op_shops");
  const may = useMay();
  const asked = useQuery({ queryKey: ["mine", "op", "members", sellerId], queryFn: () => members(sellerId) });
  return (
    <section class="part">
      <h2>{said.team}</h2>
      {asked.isPending && <Skeleton shape="line" count={2} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && (
        <Table
          caption={said.team}
          rows={asked.data}
          idOf={(one) => one.accountId}
          columns={[
            {
              key: "who",
              name: said.member,
              head: true,
              cell: (one) =>
                may("getAccount") ? (
                  <Link href={pathTo.account(one.accountId)}>{one.displayName || one.accountId}</Link>
                ) : (
                  one.displayName || one.accountId
                ),
            },
            { key: "role", name: said.as, cell: (one) => said.memberRoles[one.role] ?? one.role },
            { key: "since", name: said.since, cell: (one) => format.date(one.createTime), end: true },
          ]}
        />
      )}
    </section>
  );
}
