import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { signIn } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { pathTo } from "../paths";
import { termsIn } from "../terms/terms";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PasswordForm } from "./password_form";

/** A guest becomes somebody with a password, and stays signed in. */
export function ClaimAccountPage() {
  const { said } = useWords("enter");
  const token = useMailedToken();
  return token ? <Claim key={token} token={token} /> : <NoToken title={said.claim} />;
}

function Claim({ token }: { token: string }) {
  const { said, text, language } = useWords("enter");
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
        heading={said.claimDone}
        hint={said.claimDoneHint(email)}
        to={pathTo.orders()}
        go={text.menu.orders}
      />
    );
  return (
    <Entrance heading={said.claim} lead={said.claimLead}>
      <PasswordForm send={send} />
      {terms && (
        <p class="quiet">
          <Link href={pathTo.termsOf(terms.kind)}>{terms.title}</Link>
        </p>
      )}
    </Entrance>
  );
}
