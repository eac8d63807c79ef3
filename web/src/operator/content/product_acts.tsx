import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { approve, type Product, requestChanges, takeDown } from "./content";

/** What moderation can do with a product in its state. */
export function ProductActs({ product: { id, title, state } }: { product: Product }) {
  const { said } = useWords("op_content");
  return (
    <div class="acts">
      {(state === "PROPOSED" || state === "TAKEN_DOWN") && (
        <ActButton
          needs="approveProduct"
          label={said.approve}
          heading={said.approveOf(title)}
          does={[said.approveDoes, said.tells]}
          act={() => approve(id)}
          told={said.approved(title)}
          target={id}
        />
      )}
      {state === "PROPOSED" && (
        <ActButton
          needs="requestChanges"
          label={said.changes}
          heading={said.changesOf(title)}
          does={[said.changesDoes, said.readsReason]}
          reason="required"
          act={(reason) => requestChanges(id, reason)}
          told={said.changesAsked(title)}
          target={id}
        />
      )}
      {state === "PUBLISHED" && (
        <ActButton
          needs="takeDownProduct"
          label={said.takeDown}
          heading={said.takeDownOf(title)}
          does={[said.takeDownDoes, said.openGoOn, said.readsReason]}
          reason="required"
          isBad
          act={(reason) => takeDown(id, reason)}
          told={said.tookDown(title)}
          target={id}
        />
      )}
    </div>
  );
}
