import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { Seller } from "../../api/catalogue";
import { api, ask } from "../../api/client";
import { asMember, renewNow } from "../../api/session";
import { ACCOUNT, useAccount } from "../../session/mine";
import { useText } from "../../text/messages";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { pathTo } from "../paths";

const OpenForm = lazy(() => import("./open_form").then((room) => room.OpenForm));
const SHOPS = ["mine", "shops"] as const;

/** The shops that somebody is a member of, and the way to one more. */
export function SellPage() {
  return (
    <AccountFrame room="sell">
      <Mine />
    </AccountFrame>
  );
}

function Mine() {
  const { said } = useWords("selling");
  const queries = useQueryClient();
  const { account } = useAccount();
  const [opening, setOpening] = useState(false);
  const [opened, setOpened] = useState<Seller>();
  const members = account?.sellers ?? [];
  const asked = useQuery({
    queryKey: [...SHOPS, members.map((one) => one.sellerId).join(" ")],
    // One by one: a list has only those that are open.
    queryFn: () =>
      Promise.all(
        members.map(({ sellerId }) =>
          asMember(() => ask(api.GET("/v1/sellers/{sellerId}", { params: { path: { sellerId } } }))),
        ),
      ),
  });
  if (asked.isPending) return <Skeleton shape="text" count={2} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  // The membership of a new one comes with the next token.
  const shops =
    opened && !asked.data.some((one) => one.id === opened.id) ? [opened, ...asked.data] : asked.data;
  const done = async (made: Seller) => {
    setOpened(made);
    setOpening(false);
    await renewNow();
    await queries.invalidateQueries({ queryKey: ACCOUNT });
  };
  const first = shops.length === 0;
  return (
    <>
      {first && <p>{said.lead}</p>}
      <ul class="cards">
        {shops.map((one) => (
          <li key={one.id} class="card">
            <Shop shop={one} role={members.find((each) => each.sellerId === one.id)?.role ?? "owner"} />
          </li>
        ))}
      </ul>
      {opening ? (
        <Suspense fallback={<Skeleton shape="text" count={3} />}>
          <OpenForm done={done} cancel={() => setOpening(false)} />
        </Suspense>
      ) : (
        <div class="acts">
          <button
            type="button"
            class={first ? "button button-main" : "button"}
            onClick={() => setOpening(true)}
          >
            {first ? said.open : said.another}
          </button>
        </div>
      )}
    </>
  );
}

function Shop({ shop, role }: { shop: Seller; role: string }) {
  const { said } = useWords("selling");
  const { format, language } = useText();
  return (
    <>
      <h2>
        {shop.displayName} <span class="badge">{said.state[shop.state]}</span>
      </h2>
      <p class="quiet">
        {[said.role[role] ?? role, format.country(shop.countryCode), `/${shop.slug}`].join(" · ")}
      </p>
      <p>{said.next[shop.state]}</p>
      <div class="acts">
        <a class="button button-main" href={`/${language}/seller/${shop.id}`}>
          {said.work}
        </a>
      </div>
      {shop.state === "ACTIVE" && (
        <div class="acts">
          <Link class="button" href={pathTo.shop(shop.id, shop.displayName)}>
            {said.see}
          </Link>
          <a class="button" href="/docs">
            {said.api}
          </a>
        </div>
      )}
    </>
  );
}
