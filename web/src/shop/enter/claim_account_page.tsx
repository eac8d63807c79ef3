import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { signIn } from "../../api/session";
import { useEnterText } from "../../text/enter";
import { useText } from "../../text/messages";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { pathTo } from "../paths";
import { termsIn } from "../terms/terms";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PasswordForm } from "./password_form";

/** A guest becomes somebody with a password, and stays signed in. */
export function ClaimAccountPage() {
  const here = useEnterText();
  const token = useMailedToken();
  return token ? <Claim key={token} token={token} /> : <NoToken title={here.claim} />;
}

function Claim({ token }: { token: string }) {
  const { text, language } = useText();
  const here = useEnterText();
  const [email, setEmail] = useState("");
  const published = useQuery(termsIn(language));
  const terms = published.data?.find((one) => one.kind === "TERMS");
  const send = async (password: string) => {
    // A browser's session begins by signing in: the tokens of this answer are for programs, and are left to end.
    const { account } = await ask(api.POST("/v1/accounts:claim", { body: { token, password } }));
    await signIn(account.email, password);
    setEmail(account.email);
  };
  if (email)
    return (
      <Done
        heading={here.claimDone}
        hint={here.claimDoneHint(email)}
        to={pathTo.orders()}
        go={text.menu.orders}
      />
    );
  return (
    <Entrance heading={here.claim} lead={here.claimLead}>
      <PasswordForm send={send} />
      {terms && (
        <p class="quiet">
          <Link href={pathTo.termsOf(terms.kind)}>{terms.title}</Link>
        </p>
      )}
    </Entrance>
  );
}
