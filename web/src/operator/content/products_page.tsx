import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { waited } from "../waited";
import { products, STATES, TONES } from "./content";

export function ProductsPage() {
  const { said, language } = useWords("op_content");
  const { said: all } = useWords("operator");
  const may = useMay();
  const { values, set, clear, isNarrowed } = useFilters(["state", "shop"]);
  return (
    <ConsolePage heading={all.places.products}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: { shop: values.shop ?? "" } },
          ...STATES.map((state) => ({
            name: said.states[state],
            values: { state, shop: values.shop ?? "" },
          })),
        ]}
        fields={[{ name: "shop", label: all.shopId, kind: "words" }]}
      />
      <List
        name={["products", values]}
        caption={all.places.products}
        ask={(pageToken) => products(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noProducts}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "title",
            name: said.product,
            head: true,
            cell: (one) => (
              <Link href={pathTo.product(one.id)} lang={one.textLanguage}>
                {one.title}
              </Link>
            ),
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>,
          },
          {
            key: "shop",
            name: all.shop,
            cell: (one) =>
              may("listSellersForOperators") ? (
                <Link href={pathTo.seller(one.sellerId)}>{one.seller?.displayName ?? one.sellerId}</Link>
              ) : (
                (one.seller?.displayName ?? one.sellerId)
              ),
          },
          { key: "since", name: all.untouched, end: true, cell: (one) => waited(one.updateTime, language) },
        ]}
      />
    </ConsolePage>
  );
}
