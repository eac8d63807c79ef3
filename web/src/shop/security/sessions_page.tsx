import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { api, ask, type Schemas } from "../../api/client";
import { asMember, sayEnded } from "../../api/session";
import { useWords } from "../../text/rooms";
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
  const { said } = useWords("security");
  const queries = useQueryClient();
  const [, go] = useLocation();
  const [ending, setEnding] = useState<Session>();
  const [endingAll, setEndingAll] = useState(false);
  const asked = useQuery({
    queryKey: SESSIONS,
    queryFn: () => asMember(() => ask(api.GET("/v1/sessions"))),
  });
  if (asked.isPending) return <Skeleton shape="text" count={3} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
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
          {said.endAll}
        </button>
      </div>
      {ending && (
        <Confirm
          heading={`${said.endOf(ending.device || said.unknownDevice)}?`}
          press={said.end}
          keep={said.cancel}
          act={() => end(ending.id)}
          close={() => setEnding(undefined)}
        />
      )}
      {endingAll && (
        <Confirm
          heading={said.endAllAsk}
          hint={said.endAllHint}
          press={said.endAll}
          keep={said.cancel}
          act={endAll}
          close={() => setEndingAll(false)}
        />
      )}
    </>
  );
}

function One({ session, end }: { session: Session; end: () => void }) {
  const { said, format } = useWords("security");
  const device = session.device || said.unknownDevice;
  return (
    <>
      <h2>
        {device} {session.current && <span class="badge">{said.thisDevice}</span>}
      </h2>
      <p class="quiet">
        {said.lastUse(format.time(session.lastUseTime))}
        {" · "}
        {said.signedIn(format.time(session.createTime))}
        {" · "}
        {said.address(session.address)}
      </p>
      {!session.current && (
        <div class="acts">
          <button type="button" class="button" aria-label={said.endOf(device)} onClick={end}>
            {said.end}
          </button>
        </div>
      )}
    </>
  );
}
