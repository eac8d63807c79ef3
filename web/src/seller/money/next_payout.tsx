import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useShop } from "../shop";
import { balances, bankOf, destinationOf, dueOf, heldUntil } from "./money";

/** What goes out next, where to, and what keeps it back. */
export function NextPayout() {
  const { said, format } = useWords("money");
  const shop = useShop();
  const balance = useQuery(balances(shop.id));
  const bank = useQuery(bankOf(shop.id));
  if (balance.isPending || bank.isPending) return <Skeleton shape="text" count={2} />;
  if (balance.isError) return <Problem problem={balance.error} retry={() => void balance.refetch()} />;
  if (bank.isError) return <Problem problem={bank.error} retry={() => void bank.refetch()} />;
  const due = dueOf(balance.data);
  const held = heldUntil(bank.data);
  return (
    <section class="panel">
      <h2>{said.next}</h2>
      {due.length > 0 ? (
        <p>
          <b>{due.map((one) => format.money(one.available)).join(", ")}</b>{" "}
          {bank.data && said.goesTo(destinationOf(bank.data))}
        </p>
      ) : (
        <p class="quiet">{said.nothingDue}</p>
      )}
      {!bank.data && (
        <p>
          {said.noBank} <Link href={shop.to.page("bank")}>{said.sayBank}</Link>
        </p>
      )}
      {held && <p role="note">{said.heldUntil(format.time(held))}</p>}
      <p class="quiet">{said.nextHint}</p>
    </section>
  );
}
