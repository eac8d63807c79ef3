import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Empty } from "../../ui/empty";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useMay } from "../rights";
import { categories } from "./categories";
import { CategoryActs } from "./category_acts";
import { CategoryDialog } from "./category_dialog";
import { CategoryTree } from "./category_tree";
import { MoveDialog } from "./move_dialog";
import "./categories_page.css";

/** The tree that products hang in: what is chosen in it can be changed, moved, deleted. */
export function CategoriesPage() {
  const { said, language } = useWords("op_control");
  const { said: all } = useWords("operator");
  const may = useMay();
  const asked = useQuery({
    queryKey: ["mine", "op", "categories", language],
    queryFn: () => categories(language),
  });
  const [chosenId, choose] = useState<string>();
  const [makes, setMakes] = useState(false);
  const [move, setMove] = useState<{ id: string; to: string | undefined }>();
  const found = asked.data ?? [];
  const chosen = found.find((one) => one.id === chosenId);
  return (
    <ConsolePage
      heading={all.places.categories}
      lead={said.categoriesLead}
      acts={
        may("createCategory") && (
          <button type="button" class="button button-main" onClick={() => setMakes(true)}>
            {said.makeRoot}
          </button>
        )
      }
    >
      {asked.isPending && <Skeleton shape="line" count={8} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && found.length === 0 && <Empty heading={said.noCategories} />}
      {found.length > 0 && (
        <div class="tree-room">
          <CategoryTree
            all={found}
            chosenId={chosenId}
            choose={choose}
            moved={(id, to) => setMove({ id, to })}
          />
          <aside class="tree-aside" aria-label={said.chosen}>
            {chosen ? (
              <CategoryActs
                all={found}
                category={chosen}
                move={() => setMove({ id: chosen.id, to: undefined })}
              />
            ) : (
              <p class="quiet">{said.chooseOne}</p>
            )}
          </aside>
        </div>
      )}
      {makes && <CategoryDialog all={found} parentId={undefined} close={() => setMakes(false)} />}
      {move && <MoveDialog all={found} id={move.id} to={move.to} close={() => setMove(undefined)} />}
    </ConsolePage>
  );
}
