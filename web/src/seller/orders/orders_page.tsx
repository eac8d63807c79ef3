import { useQuery } from "@tanstack/preact-query";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { useShop } from "../shop";
import { Board } from "./board";
import { counts, STATES, type State } from "./orders";
import { OrdersTable } from "./orders_table";

/** What has to be worked on, by state; with a filter, the orders that fit it. */
export function OrdersPage() {
  const { said } = useWords("fulfilment");
  const shop = useShop();
  const { values, set, clear, isNarrowed } = useFilters(["state", "number", "from", "until"]);
  const waiting = useQuery(counts(shop.id));
  const state = STATES.find((one) => one === values.state);
  const count = (one: State) => (waiting.data?.[one] ? ` (${waiting.data[one]})` : "");
  return (
    <ConsolePage heading={said.orders}>
      <Filters
        label={said.ordersFilter}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: said.board, values: {} },
          ...STATES.map((one) => ({ name: `${said.state[one]}${count(one)}`, values: { state: one } })),
        ]}
        fields={[
          { name: "number", label: said.numberIs, kind: "words" },
          { name: "from", label: said.from, kind: "day" },
          { name: "until", label: said.until, kind: "day" },
        ]}
      />
      {isNarrowed ? (
        <OrdersTable
          search={{
            ...(state && { states: [state] }),
            number: values.number ?? "",
            from: values.from ?? "",
            until: values.until ?? "",
          }}
          clear={clear}
        />
      ) : (
        <Board />
      )}
    </ConsolePage>
  );
}
