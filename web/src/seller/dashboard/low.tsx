import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Table } from "../../ui/table";
import { mine } from "../mine";
import { useShop } from "../shop";

const LOOKED_AT = 100;
// Lists have no thresholds.
const FEW = 5;

/** What is nearly or quite sold out among the newest products. */
export function Low() {
  const { said, format } = useWords("seller");
  const shop = useShop();
  const asked = useQuery({
    queryKey: ["mine", "seller", shop.id, "low"],
    queryFn: () =>
      mine(() =>
        api.GET("/v1/sellers/{sellerId}/products", {
          params: { path: { sellerId: shop.id }, query: { state: "PUBLISHED", pageSize: LOOKED_AT } },
        }),
      ),
  });
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const rows = (asked.data?.products ?? []).flatMap((product) =>
    product.offers
      .filter((one) => one.state === "ACTIVE" && one.available <= FEW)
      .map((offer) => ({ product, offer })),
  );
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>{said.low}</h2>
        {shop.may("stock.adjust") && <Link href={shop.to.page("stock")}>{said.page.stock}</Link>}
      </div>
      {asked.isPending ? (
        <Skeleton shape="line" count={3} />
      ) : rows.length === 0 ? (
        <p class="quiet">{said.lowNone(FEW)}</p>
      ) : (
        <Table
          caption={said.low}
          rows={rows.slice(0, 10)}
          idOf={({ offer }) => offer.id}
          columns={[
            {
              key: "title",
              name: said.product,
              head: true,
              cell: ({ product }) => <Link href={shop.to.product(product.id)}>{product.title}</Link>,
            },
            { key: "sku", name: said.sku, cell: ({ offer }) => offer.sku },
            { key: "left", name: said.left, end: true, cell: ({ offer }) => format.number(offer.available) },
          ]}
        />
      )}
      {asked.data?.nextPageToken && <p class="quiet">{said.lowOfNewest(LOOKED_AT)}</p>}
    </section>
  );
}
