import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useMay } from "../rights";
import { isLate, waited } from "../waited";
import { PILE_NAMES, PILES, type PileName } from "./waiting";
import "./inbox_page.css";

const SHOWN = 5;
const AGAIN_MS = 60_000;

/** What waits for somebody of this role, and for how long: what has waited longest first. */
export function InboxPage() {
  const { said } = useWords("op_control");
  const { said: all } = useWords("operator");
  const may = useMay();
  const mine = PILE_NAMES.filter((name) => may(PILES[name].needs));
  return (
    <ConsolePage heading={all.places.inbox} lead={said.inboxLead}>
      <div class="piles">
        {mine.map((name) => (
          <PileRoom key={name} name={name} />
        ))}
      </div>
    </ConsolePage>
  );
}

function PileRoom({ name }: { name: PileName }) {
  const { said, format, language } = useWords("op_control");
  const asked = useQuery<Awaited<ReturnType<(typeof PILES)[PileName]["ask"]>>>({
    queryKey: ["mine", "op", "pile", name],
    queryFn: PILES[name].ask,
    refetchInterval: AGAIN_MS,
  });
  const waiting = asked.data?.waiting ?? [];
  const count = format.number(waiting.length) + (asked.data?.more ? "+" : "");
  return (
    <section class="pile" data-empty={asked.isSuccess && waiting.length === 0}>
      <h2>
        <Link href={PILES[name].all}>{said.piles[name]}</Link>
        {asked.isSuccess && <b>{count}</b>}
      </h2>
      {asked.isPending && <Skeleton shape="line" count={2} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && waiting.length === 0 && <p class="quiet">{said.nothingWaits}</p>}
      <ul>
        {waiting.slice(0, SHOWN).map((one) => (
          <li key={one.id}>
            <Link href={one.to}>{one.name}</Link>
            <span class={isLate(one.since) ? "late" : "quiet"}>{waited(one.since, language)}</span>
          </li>
        ))}
      </ul>
      {waiting.length > SHOWN && (
        <p>
          <Link href={PILES[name].all}>{said.seeAll}</Link>
        </p>
      )}
    </section>
  );
}
