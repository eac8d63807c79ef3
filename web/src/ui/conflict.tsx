import { useWords } from "../text/rooms";
import { type Version, Versions } from "./versions";

/** Somebody has saved another version meanwhile (412): both, and which of them is to stay. */
export function Conflict({
  heading,
  fields,
  takeTheirs,
  keepMine,
}: {
  heading: string;
  fields: readonly Version[];
  takeTheirs: () => void;
  keepMine: () => void;
}) {
  const { said } = useWords("console");
  const words = {
    mine: said.conflictMine,
    theirs: said.conflictTheirs,
    keepMine: said.conflictKeep,
    takeTheirs: said.conflictTake,
  };
  return (
    <Versions heading={heading} words={words} fields={fields} takeTheirs={takeTheirs} keepMine={keepMine} />
  );
}
