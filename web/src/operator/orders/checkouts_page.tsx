import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ActButton } from "../acting";
import { List } from "../listed";
import { pathTo } from "../paths";
import { isLate, waited } from "../waited";
import { advance, checkouts } from "./orders";

/** Orders whose placing does not go on by itself. */
export function CheckoutsPage() {
  const { said, language } = useWords("op_orders");
  const { said: all } = useWords("operator");
  return (
    <ConsolePage heading={all.places.checkouts} lead={said.stuckLead}>
      <List
        name={["checkouts"]}
        caption={all.places.checkouts}
        ask={(pageToken) => checkouts(pageToken)}
        idOf={(one) => one.orderId}
        none={said.noStuck}
        tone={(one) => (isLate(one.createTime) ? "bad" : undefined)}
        columns={[
          {
            key: "order",
            name: said.number,
            head: true,
            cell: (one) => <Link href={pathTo.order(one.orderId)}>{one.orderNumber}</Link>,
          },
          { key: "step", name: said.step, cell: (one) => said.steps[one.step] },
          {
            key: "why",
            name: said.why,
            cell: (one) => [one.undoReason, one.lastError].filter(Boolean).join(": "),
          },
          {
            key: "tries",
            name: said.tries,
            end: true,
            cell: (one) => said.triesOf(one.attempts, one.failures),
          },
          { key: "age", name: all.waits, end: true, cell: (one) => waited(one.createTime, language) },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) => (
              <ActButton
                needs="advanceCheckout"
                label={said.advance}
                of={one.orderNumber}
                heading={said.advanceOf(one.orderNumber)}
                does={[one.step === "UNDO" ? said.advanceUndo : said.advanceDoes, said.advanceSafe]}
                reason="optional"
                act={(reason) => advance(one.orderId, reason)}
                told={said.advanced(one.orderNumber)}
                target={one.orderId}
                reasons={said.advanceReasons}
              />
            ),
          },
        ]}
      />
    </ConsolePage>
  );
}
