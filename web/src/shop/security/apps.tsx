import { useState } from "preact/hooks";
import { api, ask, type Schemas } from "../../api/client";
import { asMember } from "../../api/session";
import { useText } from "../../text/messages";
import { useSecurityText } from "../../text/security";
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
  const { format } = useText();
  const here = useSecurityText();
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
      <h2>{here.second}</h2>
      <p class="quiet">{isOn ? here.secondOn : here.secondOff}</p>
      <ul class="apps">
        {apps.map((one) => (
          <li key={one.id}>
            <span>
              <strong>{one.name}</strong>{" "}
              <span class="quiet">
                {one.confirmTime ? here.since(format.date(one.confirmTime)) : here.unconfirmed}
              </span>
            </span>
            <button
              type="button"
              class="button"
              aria-label={`${here.remove}: ${one.name}`}
              onClick={() => setLeaving(one)}
            >
              {here.remove}
            </button>
          </li>
        ))}
      </ul>
      <div class="acts">
        <button type="button" class="button" onClick={add}>
          {here.add}
        </button>
        {isOn && (
          <button type="button" class="button" onClick={renew}>
            {here.renew}
          </button>
        )}
      </div>
      {leaving && (
        <Confirm
          heading={here.removeApp(leaving.name)}
          hint={here.removeHint}
          press={here.remove}
          keep={here.cancel}
          act={() => remove(leaving.id)}
          close={() => setLeaving(undefined)}
        />
      )}
    </section>
  );
}
