import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { useEnterText } from "../../text/enter";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { pathTo } from "../paths";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PressForm } from "./press_form";

/** Confirms an address, a change of it, or undoes one: the token knows which. */
export function VerifyEmailPage() {
  const here = useEnterText();
  const token = useMailedToken();
  return token ? <Verify key={token} token={token} /> : <NoToken title={here.verify} />;
}

function Verify({ token }: { token: string }) {
  const here = useEnterText();
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  if (email)
    return (
      <Done
        heading={here.verified}
        hint={here.verifiedHint(email)}
        to={pathTo.account()}
        go={here.toAccount}
      />
    );
  return (
    <Entrance heading={here.verify} lead={here.verifyLead}>
      <PressForm
        press={here.confirm}
        send={async () => {
          const { email: now } = await ask(api.POST("/v1/accounts:verifyEmail", { body: { token } }));
          setEmail(now);
          void queries.invalidateQueries({ queryKey: ["mine", "account"] });
        }}
      />
    </Entrance>
  );
}
