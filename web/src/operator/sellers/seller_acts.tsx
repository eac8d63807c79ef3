import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { approve, closeShop, reinstate, type Seller, suspend } from "./sellers";

/** What can be done with a shop in its state, each with all that comes of it. */
export function SellerActs({ seller: { id, displayName, state, trader } }: { seller: Seller }) {
  const { said } = useWords("op_shops");
  return (
    <div class="acts">
      {state === "PENDING" && (
        <ActButton
          needs="approveSeller"
          label={said.approve}
          heading={said.approveOf(displayName)}
          does={[said.approveDoes, said.tells, ...(trader ? [] : [said.approveNoTrader])]}
          act={() => approve(id)}
          told={said.approved(displayName)}
          target={id}
        />
      )}
      {state === "ACTIVE" && (
        <ActButton
          needs="suspendSeller"
          label={said.suspend}
          heading={said.suspendOf(displayName)}
          does={[said.suspendDoes, said.openGoOn, said.tells]}
          reason="required"
          isBad
          act={(reason) => suspend(id, reason)}
          told={said.suspended(displayName)}
          target={id}
        />
      )}
      {state === "SUSPENDED" && (
        <ActButton
          needs="reinstateSeller"
          label={said.reinstate}
          heading={said.reinstateOf(displayName)}
          does={[said.reinstateDoes, said.tells]}
          reason="required"
          act={(reason) => reinstate(id, reason)}
          told={said.reinstated(displayName)}
          target={id}
        />
      )}
      {state !== "CLOSED" && (
        <ActButton
          needs="closeSeller"
          label={said.close}
          heading={said.closeOf(displayName)}
          does={[said.closeDoes, said.openGoOn, said.forGood]}
          reason="optional"
          isBad
          act={(reason) => closeShop(id, reason)}
          told={said.closed(displayName)}
          target={id}
        />
      )}
    </div>
  );
}
