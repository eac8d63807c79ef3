import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import "./apps.css";

type App = Schemas["Authenticator"];

/** The second step at sign-in: the apps whose codes it takes. */
export function Apps({
  apps,
  add,
  renew,
  changed,
}: {
  apps: readonly App[];
  add: () => void;
  renew: () => void;
  changed: () => Promise<void>;
}) {
  const { said, format } = useWords("security");
  const [leaving, setLeaving] = useState<App>();
  const isOn = apps.some((one) => one.confirmTime !== undefined);
  const remove = async (authenticatorId: string) => {
    await asMember(() =>
      ask(
        api.DELETE("/v1/accounts/me/authenticators/{authenticatorId}", {
          params: { path: { authenticatorId } },
        }),
      ),
    );
    await changed();
  };
  return (
    <section class="card">
      <h2>{said.second}</h2>
      <p class="quiet">{isOn ? said.secondOn : said.secondOff}</p>
      <ul class="apps">
        {apps.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name}</strong>{" "}
              <span class="quiet">
                {one.confirmTime ? said.since(format.date(one.confirmTime)) : said.unconfirmed}
              </span>
            </span>
            <button
              type="button"
              class="button"
              aria-label={`${said.remove}: ${one.name}`}
              onClick={() => setLeaving(one)}
            >
              {said.remove}
            </button>
          </li>
        ))}
      </ul>
      <div class="acts">
        <button type="button" class="button" onClick={add}>
          {said.add}
        </button>
        {isOn && (
          <button type="button" class="button" onClick={renew}>
            {said.renew}
          </button>
        )}
      </div>
      {leaving && (
        <Confirm
          heading={said.removeApp(leaving.name)}
          hint={said.removeHint}
          press={said.remove}
          keep={said.cancel}
          act={() => remove(leaving.id)}
          close={() => setLeaving(undefined)}
        />
      )}
    </section>
  );
}
