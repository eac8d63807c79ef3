import { useWords } from "../../text/rooms";
import { moodOf, type ReturnState } from "./returns";
import "../orders/state_mark.css";

/** Where a return is, in a word. */
export function ReturnMark({ state }: { state: ReturnState }) {
  const { said } = useWords("orders");
  return (
    <span class="state-mark" data-mood={moodOf(state)}>
      {said.returnState[state]}
    </span>
  );
}
