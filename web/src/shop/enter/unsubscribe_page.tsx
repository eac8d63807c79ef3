import { useState } from "preact/hooks";
import { api, ask } from "../../api/client";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { Entrance } from "../account/entrance";
import { memberPathTo } from "../members/paths";
import { useMailedToken } from "./mailed";
import { NoToken } from "./no_token";
import { PressForm } from "./press_form";

export function UnsubscribePage() {
  const { said } = useWords("enter");
  const token = useMailedToken();
  return token ? <Unsubscribe key={token} token={token} /> : <NoToken title={said.unsubscribe} />;
}

function Unsubscribe({ token }: { token: string }) {
  const { said } = useWords("enter");
  const [done, setDone] = useState(false);
  if (done)
    return (
      <Done
        heading={said.unsubscribed}
        hint={said.unsubscribedHint}
        to={memberPathTo.notificationSettings()}
        go={said.toSettings}
      />
    );
  return (
    <Entrance heading={said.unsubscribe} lead={said.unsubscribeLead}>
      <PressForm
        press={said.unsubscribePress}
        send={async () => {
          await ask(api.POST("/v1/notificationSettings:unsubscribe", { params: { query: { token } } }));
          setDone(true);
        }}
      />
    </Entrance>
  );
}
