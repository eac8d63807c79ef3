import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ActDialog } from "../../ui/act_dialog";
import { Select } from "../../ui/select";
import { Does, useStale } from "../acting";
import { useTell } from "../told";
import { changeCategory } from "./categories";
import { type Category, countBelow, mayMove, pathNames } from "./tree";

const ROOT = "root";

/** Where a category with all that is below it goes: as the keys have said, or to be chosen. */
export function MoveDialog({
  all,
  id,
  to,
  close,
}: {
  all: readonly Category[];
  id: string;
  to: string | undefined;
  close: () => void;
}) {
  const { said } = useWords("op_control");
  const tell = useTell();
  const stale = useStale();
  const moved = all.find((one) => one.id === id);
  const places = [
    ...(mayMove(all, id, undefined) ? [{ value: ROOT, label: said.root }] : []),
    ...all
      .filter((one) => mayMove(all, id, one.id))
      .map((one) => ({ value: one.id, label: pathNames(all, one.id) }))
      .sort((one, other) => one.label.localeCompare(other.label)),
  ];
  const [place, setPlace] = useState(to ?? places[0]?.value ?? ROOT);
  if (!moved) return null;
  const where = place === ROOT ? said.root : pathNames(all, place);
  const below = countBelow(all, id);
  return (
    <ActDialog
      heading={said.moveOf(moved.name)}
      press={said.moveGo}
      act={() => changeCategory(moved, { parentId: place === ROOT ? "" : place })}
      done={() => {
        tell({ words: said.moved(moved.name, where), target: id });
        stale();
      }}
      close={close}
      reasons={said.reasons}
    >
      <Select
        name="place"
        label={said.moveTo}
        options={places}
        chosen={place}
        onChange={(event) => setPlace(event.currentTarget.value)}
      />
      <Does lines={[said.moveDoes(where), ...(below > 0 ? [said.moveBelow(below)] : []), said.moveKeeps]} />
    </ActDialog>
  );
}
