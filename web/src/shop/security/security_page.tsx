import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { type Account, asMember } from "../../api/session";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { Apps } from "./apps";

const PasswordDialog = lazy(() => import("./password_dialog").then((room) => room.PasswordDialog));
const EmailDialog = lazy(() => import("./email_dialog").then((room) => room.EmailDialog));
const AppDialog = lazy(() => import("./app_dialog").then((room) => room.AppDialog));
const RenewDialog = lazy(() => import("./renew_dialog").then((room) => room.RenewDialog));

const APPS = ["mine", "apps"] as const;

export function SecurityPage() {
  return (
    <AccountFrame room="security">
      <Shown />
    </AccountFrame>
  );
}

type Open = "" | "password" | "email" | "app" | "renew";

function Shown() {
  const { account } = useAccount();
  const queries = useQueryClient();
  const [open, setOpen] = useState<Open>("");
  const [note, setNote] = useState("");
  const apps = useQuery({
    queryKey: APPS,
    queryFn: () => asMember(() => ask(api.GET("/v1/accounts/me/authenticators"))),
  });
  const close = () => {
    setOpen("");
    if (open === "app") void queries.invalidateQueries({ queryKey: APPS });
  };
  const done = (what: string) => {
    setNote(what);
    setOpen("");
  };
  if (!account) return null;
  return (
    <div class="cards">
      <p class="said" role="status">
        {note}
      </p>
      <Entry account={account} open={setOpen} />
      {apps.isPending && <Skeleton shape="text" count={1} />}
      {apps.isError && <Problem problem={apps.error} retry={() => void apps.refetch()} />}
      {apps.isSuccess && (
        <Apps
          apps={apps.data.authenticators}
          add={() => setOpen("app")}
          renew={() => setOpen("renew")}
          changed={() => queries.invalidateQueries({ queryKey: APPS })}
        />
      )}
      <Suspense fallback={null}>
        {open === "password" && <PasswordDialog email={account.email} close={close} done={done} />}
        {open === "email" && <EmailDialog close={close} done={done} />}
        {open === "app" && <AppDialog close={close} />}
        {open === "renew" && <RenewDialog close={close} />}
      </Suspense>
    </div>
  );
}

function Entry({ account, open }: { account: Account; open: (what: Open) => void }) {
  const { said } = useWords("security");
  return (
    <>
      <section class="card">
        <h2>{said.password}</h2>
        <p class="quiet">{said.passwordHint}</p>
        <div class="acts">
          <button type="button" class="button" onClick={() => open("password")}>
            {said.passwordChange}
          </button>
        </div>
      </section>
      <section class="card">
        <h2>{said.email}</h2>
        <p>
          {account.email} {account.emailVerified && <span class="badge">{said.confirmed}</span>}
        </p>
        <div class="acts">
          <button type="button" class="button" onClick={() => open("email")}>
            {said.emailChange}
          </button>
        </div>
      </section>
    </>
  );
}
