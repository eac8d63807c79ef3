import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { pathTo } from "../paths";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PressForm } from "./press_form";

/** Confirms an address, a change of it, or undoes one: the token knows which. */
export function VerifyEmailPage() {
  const { said } = useWords("enter");
  const token = useMailedToken();
  return token ? <Verify key={token} token={token} /> : <NoToken title={said.verify} />;
}

function Verify({ token }: { token: string }) {
  const { said } = useWords("enter");
  const queries = useQueryClient();
  const [email, setEmail] = useState("");
  if (email)
    return (
      <Done
        heading={said.verified}
        hint={said.verifiedHint(email)}
        to={pathTo.account()}
        go={said.toAccount}
      />
    );
  return (
    <Entrance heading={said.verify} lead={said.verifyLead}>
      <PressForm
        press={said.confirm}
        send={async () => {
          const { email: now } = await ask(api.POST("/v1/accounts:verifyEmail", { body: { token } }));
          setEmail(now);
          void queries.invalidateQueries({ queryKey: ["mine", "account"] });
        }}
      />
    </Entrance>
  );
}
