import { useEffect, useRef } from "preact/hooks";
import { type Account, onSession } from "../api/session";
import { useWords } from "../text/rooms";
import { Dialog } from "../ui/dialog";
import { SignInForm } from "./sign_in_form";

/** A session has ended under somebody: above the page, which stays as it is, the password is asked for. */
export function SessionDialog({ account, keep }: { account: Account; keep: (is: boolean) => void }) {
  const { said } = useWords("enter");
  const done = useRef(false);
  const settle = (is: boolean) => {
    if (done.current) return;
    done.current = true;
    keep(is);
  };
  // Somebody has signed in, here or in another tab.
  useEffect(() =>
    onSession((news, accountId) => {
      if (news === "signed-in") settle(accountId === account.id);
    }),
  );
  return (
    <Dialog heading={said.again} close={() => settle(false)}>
      <p class="quiet">{said.againLead}</p>
      <SignInForm email={account.email} done={() => {}} />
      <div class="dialog-acts">
        <button type="button" class="button" onClick={() => settle(false)}>
          {said.leave}
        </button>
      </div>
    </Dialog>
  );
}
