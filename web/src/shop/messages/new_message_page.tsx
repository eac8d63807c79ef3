import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { Link, useLocation, useSearch } from "wouter-preact";
import { product, seller } from "../../api/catalogue";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { idIn, memberPathTo } from "../members/paths";
import { pathTo } from "../paths";
import { CONVERSATIONS, start } from "./letters";

const Write = lazy(() => import("./write").then((room) => room.Write));

/** The first message: to a shop about a product, or about its part of an order. */
export function NewMessagePage() {
  const { said } = useWords("letters");
  const query = useSearch();
  const about = {
    sellerId: idIn(query, "sellerId"),
    productId: idIn(query, "productId"),
    sellerOrderId: idIn(query, "sellerOrderId"),
  };
  return (
    <AccountFrame room="messages" heading={said.new}>
      {about.sellerOrderId && <Begin about={{ sellerOrderId: about.sellerOrderId }} />}
      {!about.sellerOrderId && about.sellerId && about.productId && (
        <AboutProduct sellerId={about.sellerId} productId={about.productId} />
      )}
      {!about.sellerOrderId && !(about.sellerId && about.productId) && (
        <Empty heading={said.nothing} hint={said.nothingHint}>
          <Link class="button button-main" href={pathTo.search()}>
            {said.browse}
          </Link>
        </Empty>
      )}
    </AccountFrame>
  );
}

type About = { sellerId: string; productId: string } | { sellerOrderId: string };

function AboutProduct({ sellerId, productId }: { sellerId: string; productId: string }) {
  const { said, language } = useWords("letters");
  const shown = useQuery({
    queryKey: ["product", language, productId],
    queryFn: () => product(language, productId),
  });
  const shop = useQuery({ queryKey: ["shop", sellerId], queryFn: () => seller(sellerId) });
  const failed = shown.error ?? shop.error;
  if (failed)
    return (
      <Problem
        problem={failed}
        retry={() => {
          void shown.refetch();
          void shop.refetch();
        }}
      />
    );
  if (!shown.data || !shop.data) return <Skeleton shape="text" count={2} />;
  return (
    <>
      <p>
        <strong>{said.newTo(shop.data.displayName)}</strong>
        <br />
        <Link href={pathTo.product(productId, shown.data.title)}>{said.about(shown.data.title)}</Link>
      </p>
      <Begin about={{ sellerId, productId }} />
    </>
  );
}

function Begin({ about }: { about: About }) {
  const { said } = useWords("letters");
  const queries = useQueryClient();
  const [, go] = useLocation();
  return (
    <>
      <p class="quiet">{said.newHint}</p>
      <Suspense fallback={<Skeleton shape="text" />}>
        <Write
          press={said.send}
          send={async (key, text) => {
            const { id } = await start(key, { ...about, text });
            void queries.invalidateQueries({ queryKey: CONVERSATIONS });
            go(memberPathTo.conversation(id), { replace: true });
          }}
        />
      </Suspense>
    </>
  );
}
