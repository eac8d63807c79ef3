import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { useMay } from "../rights";
import { dropCategory } from "./categories";
import { CategoryDialog } from "./category_dialog";
import { type Category, countBelow, pathNames } from "./tree";

/** What can be done with the chosen category. */
export function CategoryActs({
  all,
  category,
  move,
}: {
  all: readonly Category[];
  category: Category;
  move: () => void;
}) {
  const { said, language } = useWords("op_control");
  const may = useMay();
  const [writes, setWrites] = useState<"change" | "add">();
  const below = countBelow(all, category.id);
  return (
    <>
      <h2>{category.name}</h2>
      <p class="quiet">{pathNames(all, category.id)}</p>
      <p>
        <a href={`/${language}/c/${encodeURIComponent(category.slug)}`}>{said.inShop}</a>
      </p>
      <div class="acts">
        {may("updateCategory") && (
          <>
            <button type="button" class="button" onClick={() => setWrites("change")}>
              {said.rename}
            </button>
            <button type="button" class="button" onClick={move}>
              {said.move}
            </button>
          </>
        )}
        {may("createCategory") && (
          <button type="button" class="button" onClick={() => setWrites("add")}>
            {said.addBelow}
          </button>
        )}
        <ActButton
          needs="deleteCategory"
          label={said.drop}
          of={category.name}
          heading={said.dropOf(category.name)}
          does={below > 0 ? [said.dropNotEmpty(below)] : [said.dropDoes, said.dropOnlyEmpty]}
          isBad
          act={() => dropCategory(category)}
          told={said.dropped(category.name)}
          target={category.id}
          reasons={said.reasons}
        />
      </div>
      {writes === "change" && (
        <CategoryDialog all={all} category={category} close={() => setWrites(undefined)} />
      )}
      {writes === "add" && (
        <CategoryDialog all={all} parentId={category.id} close={() => setWrites(undefined)} />
      )}
    </>
  );
}
