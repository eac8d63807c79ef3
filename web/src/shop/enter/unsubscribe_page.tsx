import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { useEnterText } from "../../text/enter";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { memberPathTo } from "../members/paths";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PressForm } from "./press_form";

export function UnsubscribePage() {
  const here = useEnterText();
  const token = useMailedToken();
  return token ? <Unsubscribe key={token} token={token} /> : <NoToken title={here.unsubscribe} />;
}

function Unsubscribe({ token }: { token: string }) {
  const here = useEnterText();
  const [done, setDone] = useState(false);
  if (done)
    return (
      <Done
        heading={here.unsubscribed}
        hint={here.unsubscribedHint}
        to={memberPathTo.notificationSettings()}
        go={here.toSettings}
      />
    );
  return (
    <Entrance heading={here.unsubscribe} lead={here.unsubscribeLead}>
      <PressForm
        press={here.unsubscribePress}
        send={async () => {
          await ask(api.POST("/v1/notificationSettings:unsubscribe", { params: { query: { token } } }));
          setDone(true);
        }}
      />
    </Entrance>
  );
}
