import { useEffect, useRef } from "preact/hooks";
import "./versions.css";

export type Version = { name: string; mine: string; theirs: string };

/** Somebody has changed it meanwhile: what both say where they differ, and which of them is to stay. */
export function Versions({
  heading,
  words,
  fields,
  takeTheirs,
  keepMine,
}: {
  heading: string;
  words: { mine: string; theirs: string; keepMine: string; takeTheirs: string };
  fields: readonly Version[];
  takeTheirs: () => void;
  keepMine: () => void;
}) {
  const first = useRef<HTMLHeadingElement>(null);
  useEffect(() => first.current?.focus(), []);
  return (
    <section class="versions" role="alert">
      <h2 ref={first} tabIndex={-1}>
        {heading}
      </h2>
      <table>
        <thead>
          <tr>
            <td />
            <th scope="col">{words.mine}</th>
            <th scope="col">{words.theirs}</th>
          </tr>
        </thead>
        <tbody>
          {fields
            .filter(({ mine, theirs }) => mine !== theirs)
            .map(({ name, mine, theirs }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{mine}</td>
                <td>{theirs}</td>
              </tr>
            ))}
        </tbody>
      </table>
      <div class="acts">
        <button type="button" class="button button-main" onClick={keepMine}>
          {words.keepMine}
        </button>
        <button type="button" class="button" onClick={takeTheirs}>
          {words.takeTheirs}
        </button>
      </div>
    </section>
  );
}
