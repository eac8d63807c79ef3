import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { actsIn, approve, closeReturn, type Return, receive, reject } from "./returns";

/** What an operator can do in the place of a shop that does not answer. */
export function ReturnActs({ one }: { one: Return }) {
  const { said, format } = useWords("op_returns");
  const [restock, setRestock] = useState(false);
  const can = actsIn(one.state);
  const common = { target: one.id, told: said.done(one.number) };
  return (
    <div class="acts">
      {can.approve && (
        <ActButton
          {...common}
          needs="approveReturn"
          label={said.approve}
          heading={said.approveOf(one.number)}
          does={[said.approveDoes, said.tells]}
          reason="optional"
          act={(reason) => approve(one.id, reason)}
        />
      )}
      {can.receive && (
        <ActButton
          {...common}
          needs="receiveReturn"
          label={said.receive}
          heading={said.receiveOf(one.number)}
          does={[said.receiveDoes]}
          reason="optional"
          act={(reason) => receive(one.id, reason)}
        />
      )}
      {can.close && (
        <ActButton
          {...common}
          needs="closeReturn"
          label={said.close}
          heading={said.closeOf(one.number)}
          does={[
            one.amount ? said.closeDoes(format.money(one.amount)) : said.closeDoesAll,
            ...(one.state === "RECEIVED" ? [] : [said.closeEarly]),
            said.tells,
          ]}
          reason="optional"
          act={(reason) => closeReturn(one.id, restock, reason)}
        >
          <label class="return-restock">
            <input type="checkbox" checked={restock} onChange={() => setRestock(!restock)} />
            {said.restock}
          </label>
        </ActButton>
      )}
      {can.reject && (
        <ActButton
          {...common}
          needs="rejectReturn"
          label={said.reject}
          heading={said.rejectOf(one.number)}
          does={[said.rejectDoes, said.buyerReads]}
          reason="required"
          isBad
          act={(reason) => reject(one.id, reason)}
        />
      )}
    </div>
  );
}
