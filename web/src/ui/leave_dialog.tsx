import { useEffect, useState } from "preact/hooks";
import { useWords } from "../text/rooms";
import { Dialog } from "./dialog";
import { forgetUnsaved, onLeave } from "./leave";

/** Asks before something unsaved is left. A console has it once, beside its pages. */
export function LeaveDialog() {
  const { said } = useWords("console");
  const [go, setGo] = useState<{ go: () => void }>();
  useEffect(() => onLeave((then) => setGo({ go: then })), []);
  if (!go) return null;
  const close = () => setGo(undefined);
  const leave = () => {
    close();
    forgetUnsaved();
    go.go();
  };
  return (
    <Dialog heading={said.leaveHeading} close={close}>
      <p class="quiet">{said.leaveHint}</p>
      <div class="dialog-acts">
        <button type="button" class="button button-main" onClick={close}>
          {said.stay}
        </button>
        <button type="button" class="button button-bad" onClick={leave}>
          {said.leave}
        </button>
      </div>
    </Dialog>
  );
}
