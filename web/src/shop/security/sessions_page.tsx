import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "../../api/client";
import { asMember, sayEnded } from "../../api/session";
import { useText } from "../../text/messages";
import { useSecurityText } from "../../text/security";
import { Confirm } from "../../ui/confirm";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { pathTo } from "../paths";

type Session = Schemas["LiveSession"];

const SESSIONS = ["mine", "sessions"] as const;

export function SessionsPage() {
  return (
    <AccountFrame room="sessions">
      <List />
    </AccountFrame>
  );
}

function List() {
  const here = useSecurityText();
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [ending, setEnding] = useState<Session>();
  const [endingAll, setEndingAll] = useState(false);
  const asked = useQuery({
    queryKey: SESSIONS,
    queryFn: () => asMember(() => ask(api.GET("/v1/sessions"))),
  });
  if (asked.isPending) return <Skeleton shape="text" count={3} />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const end = async (sessionId: string) => {
    await asMember(() => ask(api.DELETE("/v1/sessions/{sessionId}", { params: { path: { sessionId } } })));
    await queries.invalidateQueries({ queryKey: SESSIONS });
  };
  const endAll = async () => {
    await asMember(() => ask(api.DELETE("/v1/sessions")));
    // The cookies of this one go, too.
    await ask(api.DELETE("/v1/browser/session")).catch(() => {});
    sayEnded();
    go(pathTo.signIn());
  };
  return (
    <>
      <ul class="cards">
        {asked.data.sessions.map((one) => (
          <li key={one.id} class="card">
            <One session={one} end={() => setEnding(one)} />
          </li>
        ))}
      </ul>
      <div class="acts">
        <button type="button" class="button button-bad" onClick={() => setEndingAll(true)}>
          {here.endAll}
        </button>
      </div>
      {ending && (
        <Confirm
          heading={`${here.endOf(ending.device || here.unknownDevice)}?`}
          press={here.end}
          keep={here.cancel}
          act={() => end(ending.id)}
          close={() => setEnding(undefined)}
        />
      )}
      {endingAll && (
        <Confirm
          heading={here.endAllAsk}
          hint={here.endAllHint}
          press={here.endAll}
          keep={here.cancel}
          act={endAll}
          close={() => setEndingAll(false)}
        />
      )}
    </>
  );
}

function One({ session, end }: { session: Session; end: () => void }) {
  const { format } = useText();
  const here = useSecurityText();
  const device = session.device || here.unknownDevice;
  return (
    <>
      <h2>
        {device} {session.current && <span class="badge">{here.thisDevice}</span>}
      </h2>
      <p class="quiet">
        {here.lastUse(format.time(session.lastUseTime))}
        {" · "}
        {here.signedIn(format.time(session.createTime))}
        {" · "}
        {here.address(session.address)}
      </p>
      {!session.current && (
        <div class="acts">
          <button type="button" class="button" aria-label={here.endOf(device)} onClick={end}>
            {here.end}
          </button>
        </div>
      )}
    </>
  );
}
