import { useState } from "preact/hooks";
import { Link, useLocation, useSearch } from "wouter-preact";
import { SignInForm } from "../../session/sign_in_form";
import { useWords } from "../../text/rooms";
import { memberPathTo } from "../members/paths";
import { backTo, pathTo } from "../paths";
import { Entrance } from "./entrance";

export function SignInPage() {
  const { said, text } = useWords("enter");
  const [, go] = useLocation();
  const back = backTo(useSearch());
  const [second, setSecond] = useState(false);
  return (
    <Entrance
      heading={second ? text.enter.codeHeading : text.enter.signIn}
      {...(!second && { lead: text.enter.signInLead })}
    >
      <SignInForm done={() => go(back, { replace: true })} challenged={() => setSecond(true)} />
      {!second && (
        <p class="entrance-other">
          <Link href={memberPathTo.resetPassword()}>{said.forgot}</Link>
          <span>
            {text.enter.newHere}{" "}
            <Link href={pathTo.signUp(back === "/" ? "" : back)}>{text.enter.signUp}</Link>
          </span>
        </p>
      )}
    </Entrance>
  );
}
