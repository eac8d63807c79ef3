import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { returns, STATES, TONES } from "./returns";

/** What buyers send back, to whichever shop. */
export function ReturnsPage() {
  const { said, format } = useWords("op_returns");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["state", "order", "shop", "buyer"]);
  return (
    <ConsolePage heading={all.places.returns} lead={said.lead}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        fields={[
          {
            name: "state",
            label: all.state,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              ...STATES.map((state) => ({ value: state, label: said.states[state] })),
            ],
          },
          { name: "order", label: said.orderId, kind: "words" },
          { name: "shop", label: all.shopId, kind: "words" },
          { name: "buyer", label: said.buyerId, kind: "words" },
        ]}
      />
      <List
        name={["returns", values]}
        caption={all.places.returns}
        ask={(pageToken) => returns(values, pageToken)}
        idOf={(one) => one.id}
        none={said.none}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "number",
            name: said.number,
            head: true,
            cell: (one) => <Link href={pathTo.return(one.id)}>{one.number}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>,
          },
          { key: "why", name: all.why, cell: (one) => said.reasons[one.reason] },
          { key: "what", name: said.lines, cell: (one) => one.lines.map(({ title }) => title).join(", ") },
          { key: "time", name: all.created, cell: (one) => format.time(one.createTime) },
          {
            key: "amount",
            name: said.amount,
            end: true,
            cell: (one) => (one.amount ? format.money(one.amount) : ""),
          },
        ]}
      />
    </ConsolePage>
  );
}
