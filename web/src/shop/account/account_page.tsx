import { useMutation, useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { api, ask } from "../../api/client";
import { asMember } from "../../api/session";
import { profile, useAccount } from "../../session/mine";
import { useText } from "../../text/messages";
import { useWords } from "../../text/rooms";
import { Drawn } from "../../ui/drawn";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "./members_only";
import { ROOMS } from "./rooms";
import "./frame.css";
import "./account_page.css";

export function AccountPage() {
  const { text } = useText();
  useTitle(text.account.heading);
  useArrival("account", true);
  return (
    <MembersOnly>
      <Mine />
    </MembersOnly>
  );
}

function Mine() {
  const { said, text } = useWords("account");
  const { account } = useAccount();
  const asked = useQuery(profile);
  return (
    <div class="hall">
      <header>
        <h1 tabIndex={-1}>
          {asked.data ? text.account.greeting(asked.data.displayName) : text.account.heading}
        </h1>
        <p class="quiet">{account?.email}</p>
      </header>
      {asked.isPending && <Skeleton shape="text" count={2} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {account?.guest && <Guest />}
      {account && !account.guest && !account.emailVerified && <Unverified email={account.email} />}
      <ul class="hall-rooms">
        {ROOMS.map(({ name, to, icon }) => (
          <li key={name}>
            <Link href={to}>
              <Drawn path={icon} />
              <strong>{said.room[name][0]}</strong>
              <span class="quiet">{said.room[name][1]}</span>
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Guest() {
  const { said } = useWords("account");
  return (
    <section class="card">
      <h2>{said.guest}</h2>
      <p>{said.guestHint}</p>
    </section>
  );
}

function Unverified({ email }: { email: string }) {
  const { said, text } = useWords("account");
  const again = useMutation({
    mutationFn: () => asMember(() => ask(api.POST("/v1/accounts/me:sendVerification", { body: {} }))),
  });
  return (
    <section class="card hall-note">
      <h2>{said.unverified}</h2>
      <p>{said.unverifiedHint(email)}</p>
      <p role="status" class="said">
        {again.isSuccess && said.sentAgain}
        {again.isError && wordsOf(again.error, text, said.reasons)}
      </p>
      <div class="acts">
        <button type="button" class="button" disabled={again.isPending} onClick={() => again.mutate()}>
          {said.sendAgain}
        </button>
      </div>
    </section>
  );
}
