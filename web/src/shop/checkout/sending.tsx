import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { pathTo } from "../paths";
import "./sending.css";
import "./told.css";

/** In the place of the review while an order is under way, or nobody knows what became of it. */
export function Sending({ now, again }: { now: "sending" | "unsure"; again: () => void }) {
  const { said, text } = useWords("checkout");
  return (
    <section class="sending" role="status">
      <h1 tabIndex={-1}>{now === "sending" ? said.sending : said.unsure}</h1>
      <p class="quiet">{now === "sending" ? said.sendingHint : said.unsureHint}</p>
      {now === "sending" ? (
        <div class="sending-bar" aria-hidden="true" />
      ) : (
        <p class="told-ways">
          <button type="button" class="button button-main" onClick={again}>
            {said.askAgain}
          </button>
          <Link class="button" href={pathTo.orders()}>
            {text.menu.orders}
          </Link>
        </p>
      )}
    </section>
  );
}
