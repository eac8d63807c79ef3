import type { OrderState } from "../../api/orders";
import { useWords } from "../../text/rooms";
import { moodOf } from "./states";
import "./state_mark.css";

export function StateMark({ state }: { state: OrderState }) {
  const { said } = useWords("orders");
  return (
    <span class="state-mark" data-mood={moodOf(state)}>
      {said.state[state]}
    </span>
  );
}
