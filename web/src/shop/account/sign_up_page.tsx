import { Link, useLocation, useSearch } from "wouter-preact";
import { useText } from "../../text/messages";
import { SignUpForm } from "../enter/sign_up_form";
import { backTo, pathTo } from "../paths";
import { Entrance } from "./entrance";

export function SignUpPage() {
  const { text } = useText();
  const [, go] = useLocation();
  const back = backTo(useSearch());
  return (
    <Entrance heading={text.enter.signUp} lead={text.enter.signUpLead}>
      <SignUpForm done={() => go(back, { replace: true })} />
      <p class="entrance-other">
        {text.enter.known} <Link href={pathTo.signIn(back === "/" ? "" : back)}>{text.enter.signIn}</Link>
      </p>
    </Entrance>
  );
}
