import { lazy, Suspense } from "preact/compat";
import { learned, useWords } from "../text/rooms";
import { Skeleton } from "../ui/skeleton";
import { useArrival, useTitle } from "../ui/title";
import "./sign_in_here.css";

const SignInForm = lazy(() => learned(import("./sign_in_form"), "enter").then((room) => room.SignInForm));

/** In the place of a page of a console, until somebody has signed in: then the page is there, as its URL says. */
export function SignInHere() {
  const { said } = useWords("console");
  useTitle(said.signInHeading);
  useArrival("sign-in", true);
  return (
    <div class="sign-in-here">
      <h1 tabIndex={-1}>{said.signInHeading}</h1>
      <p class="quiet">{said.signInLead}</p>
      <Suspense fallback={<Skeleton shape="text" count={1} />}>
        <SignInForm done={() => {}} />
      </Suspense>
    </div>
  );
}
