import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { PAYMENT_STATES, PAYMENT_TONES, payments } from "./money";

export function PaymentsPage() {
  const { said, format } = useWords("op_orders");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["state", "order", "from", "to"]);
  return (
    <ConsolePage heading={all.places.payments} lead={said.paymentsLead}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: {} },
          { name: said.payments.CAPTURE_FAILED, values: { state: "CAPTURE_FAILED" } },
          { name: said.payments.UNKNOWN, values: { state: "UNKNOWN" } },
        ]}
        fields={[
          {
            name: "state",
            label: all.state,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              ...PAYMENT_STATES.map((state) => ({ value: state, label: said.payments[state] })),
            ],
          },
          { name: "order", label: said.orderId, kind: "words" },
          { name: "from", label: all.from, kind: "day" },
          { name: "to", label: all.to, kind: "day" },
        ]}
      />
      <List
        name={["payments", values]}
        caption={all.places.payments}
        ask={(pageToken) => payments(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noPayments}
        clear={isNarrowed ? clear : undefined}
        tone={(one) => (PAYMENT_TONES[one.state] === "bad" ? "bad" : undefined)}
        columns={[
          {
            key: "time",
            name: said.when,
            head: true,
            cell: (one) => <Link href={pathTo.order(one.orderId)}>{format.time(one.createTime)}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={PAYMENT_TONES[one.state]}>{said.payments[one.state]}</Badge>,
          },
          { key: "code", name: said.code, cell: (one) => one.failureCode ?? one.declineCode ?? "" },
          { key: "amount", name: said.amount, end: true, cell: (one) => format.money(one.amount) },
          { key: "captured", name: said.captured, end: true, cell: (one) => format.money(one.captured) },
          { key: "refunded", name: said.refunded, end: true, cell: (one) => format.money(one.refunded) },
        ]}
      />
    </ConsolePage>
  );
}
