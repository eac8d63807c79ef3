import { useQueries } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import type { Schemas } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { type Seller, sellerOf } from "../shop";
import "./choice_page.css";

/** The shops that somebody is a member of. */
export function ChoicePage({ members }: { members: readonly Schemas["SellerMembership"][] }) {
  const { said, text, language } = useWords("seller");
  const asked = useQueries({ queries: members.map(({ sellerId, role }) => sellerOf(sellerId, role)) });
  const failed = asked.find((one) => one.isError);
  const shops = asked.flatMap(({ data }) => (data ? [data] : []));
  if (members.length === 0)
    return (
      <Empty level={1} heading={said.noShop} hint={said.noShopHint}>
        <a class="button button-main" href={`/${language}/sell`}>
          {said.openShop}
        </a>
      </Empty>
    );
  return (
    <ConsolePage heading={said.choose}>
      {failed ? (
        <Problem problem={failed.error} retry={() => void failed.refetch()} />
      ) : shops.length < members.length ? (
        <Skeleton shape="line" count={members.length} />
      ) : (
        <ul class="choice">
          {shops.map((shop) => (
            <li key={shop.id} class="card">
              <Link href={`/${shop.id}`}>{shop.displayName}</Link>
              <span>
                <Badge tone={toneOf(shop.state)}>{said.state[shop.state]}</Badge>
              </span>
              <small class="quiet">
                {said.role[members.find((one) => one.sellerId === shop.id)?.role ?? ""] ?? text.name}
              </small>
            </li>
          ))}
        </ul>
      )}
    </ConsolePage>
  );
}

const toneOf = (state: Seller["state"]) =>
  state === "ACTIVE" ? "good" : state === "PENDING" ? "wait" : ("bad" as const);
