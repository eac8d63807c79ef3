import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { type Account, disable, enable } from "./accounts";

/** Whether somebody may sign in. */
export function AccountActs({ account: { id, email, state, roles } }: { account: Account }) {
  const { said } = useWords("op_people");
  return (
    <div class="acts">
      {state === "ACTIVE" && (
        <ActButton
          needs="disableAccount"
          label={said.disable}
          heading={said.disableOf(email)}
          does={[said.disableDoes, said.disableKeeps, ...(roles.length > 0 ? [said.disableOperator] : [])]}
          reason="required"
          isBad
          act={(reason) => disable(id, reason)}
          told={said.disabled(email)}
          target={id}
          reasons={said.reasons}
        />
      )}
      {state === "DISABLED" && (
        <ActButton
          needs="enableAccount"
          label={said.enable}
          heading={said.enableOf(email)}
          does={[said.enableDoes]}
          reason="optional"
          act={(reason) => enable(id, reason)}
          told={said.enabled(email)}
          target={id}
        />
      )}
    </div>
  );
}
