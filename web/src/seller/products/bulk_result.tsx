import { useEffect, useRef } from "preact/hooks";
import type { Reason } from "../../api/refusal";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { wordsOf } from "../../ui/problem";

export type Refused = { offerId: string; reason: string; detail: string };

/** What a change of many has come to: how many are done, and each that is not by its name, with why. */
export function BulkResult({
  count,
  refused,
  nameOf,
  choose,
  close,
}: {
  count: number;
  refused: readonly Refused[];
  nameOf: (offerId: string) => string;
  /** Only what was refused. */
  choose: () => void;
  close: () => void;
}) {
  const { said, text } = useWords("assortment");
  const first = useRef<HTMLHeadingElement>(null);
  useEffect(() => first.current?.focus(), [count, refused]);
  return (
    <section class="panel bulk-result" data-refused={refused.length > 0}>
      <h2 ref={first} tabIndex={-1}>
        {said.changed(count)}
        {refused.length > 0 && ` ${said.refused(refused.length)}`}
      </h2>
      {refused.length > 0 && (
        <ul>
          {refused.map((one) => (
            <li key={one.offerId}>
              <b>{nameOf(one.offerId)}</b>
              {": "}
              {wordsOf(new Refusal(one.reason as Reason), text)}
            </li>
          ))}
        </ul>
      )}
      <div class="acts">
        {refused.length > 0 && (
          <button type="button" class="button button-small" onClick={choose}>
            {said.chooseRefused}
          </button>
        )}
        <button type="button" class="button button-small" onClick={close}>
          {said.understood}
        </button>
      </div>
    </section>
  );
}
