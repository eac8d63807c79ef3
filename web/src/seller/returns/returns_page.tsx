import { Link } from "wouter-preact";
import { api } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { ListRoom } from "../../ui/list_room";
import { Table } from "../../ui/table";
import { useFilters } from "../../ui/use_filters";
import { usePages } from "../mine";
import { useShop } from "../shop";
import { RETURN_STATES, toneOf } from "./returns";

/** What buyers send back, or want to. */
export function ReturnsPage() {
  const { said, format } = useWords("fulfilment");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["state"]);
  const state = RETURN_STATES.find((one) => one === values.state);
  const { list, rows } = usePages(
    ["seller", shop.id, "returns", state ?? ""],
    (page) =>
      api.GET("/v1/returns", {
        params: { query: { sellerId: shop.id, ...(state && { state }), pageSize: 50, ...page } },
      }),
    (page) => page.returns,
  );
  return (
    <ConsolePage heading={said.returns}>
      <Filters
        label={said.returnsFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.all, values: {} },
          ...RETURN_STATES.map((one) => ({ name: said.returnState[one], values: { state: one } })),
        ]}
        fields={[]}
      />
      <ListRoom
        list={list}
        count={rows.length}
        narrowed={isNarrowed ? clear : undefined}
        empty={{ heading: said.noReturns, hint: said.noReturnsHint }}
      >
        <Table
          caption={said.returns}
          rows={rows}
          idOf={(one) => one.id}
          columns={[
            {
              key: "number",
              name: said.number,
              head: true,
              cell: (one) => <Link href={shop.to.return(one.id)}>{one.number}</Link>,
            },
            {
              key: "state",
              name: said.stateIs,
              cell: (one) => <Badge tone={toneOf(one.state)}>{said.returnState[one.state]}</Badge>,
            },
            { key: "why", name: said.why, cell: (one) => said.returnReason[one.reason] },
            {
              key: "what",
              name: said.what,
              cell: (one) => one.lines.map((line) => said.unitsOf(line.quantity, line.title)).join(", "),
            },
            { key: "time", name: said.asked, cell: (one) => format.time(one.createTime) },
          ]}
        />
      </ListRoom>
    </ConsolePage>
  );
}
