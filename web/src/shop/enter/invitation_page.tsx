import { useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { asMember, renewNow, signOut } from "../../api/session";
import { ACCOUNT, useAccount } from "../../session/mine";
import { SignInForm } from "../../session/sign_in_form";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Skeleton } from "../../ui/skeleton";
import { Entrance } from "../account/entrance";
import { memberPathTo } from "../members/paths";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PressForm } from "./press_form";
import { SignUpForm } from "./sign_up_form";

/** Whoever is invited may have an account or not: both begin here, since the token goes to no other page. */
export function InvitationPage() {
  const { said } = useWords("enter");
  const token = useMailedToken();
  const { account, isPending } = useAccount();
  if (!token) return <NoToken title={said.invitation} />;
  if (isPending) return <Skeleton shape="text" count={2} />;
  return account ? <Accept key={token} token={token} email={account.email} /> : <Enter />;
}

function Enter() {
  const { said, text } = useWords("enter");
  const [isNew, setIsNew] = useState(false);
  return (
    <Entrance heading={said.invitation} lead={said.invitationEnter}>
      {isNew ? <SignUpForm done={() => {}} /> : <SignInForm done={() => {}} />}
      <p class="entrance-other">
        <button type="button" class="button" onClick={() => setIsNew(!isNew)}>
          {isNew ? text.enter.signIn : text.enter.signUp}
        </button>
      </p>
    </Entrance>
  );
}

function Accept({ token, email }: { token: string; email: string }) {
  const { said } = useWords("enter");
  const queries = useQueryClient();
  const [role, setRole] = useState("");
  if (role)
    return (
      <Done
        heading={said.accepted}
        hint={said.acceptedAs(said.role[role] ?? role)}
        to={memberPathTo.sell()}
        go={said.toShops}
      />
    );
  return (
    <Entrance heading={said.invitation} lead={said.invitationAs(email)}>
      <PressForm
        press={said.accept}
        send={async () => {
          const member = await asMember(() => ask(api.POST("/v1/invitations:accept", { body: { token } })));
          setRole(member.role);
          await renewNow();
          await queries.invalidateQueries({ queryKey: ACCOUNT });
        }}
      />
      <p class="entrance-other">
        <button type="button" class="button" onClick={() => void signOut()}>
          {said.signOut}
        </button>
      </p>
    </Entrance>
  );
}
