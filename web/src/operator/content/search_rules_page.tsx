import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ActButton } from "../acting";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { dropRule, searchRules } from "./content";
import { RuleDialog } from "./rule_dialog";

/** What the search is told: words that mean the same, and what comes first. */
export function SearchRulesPage() {
  const { said, format } = useWords("op_content");
  const { said: all } = useWords("operator");
  const may = useMay();
  const [makes, setMakes] = useState<"synonyms" | "pin">();
  const make = (kind: "synonyms" | "pin", words: string) => (
    <button type="button" class="button" onClick={() => setMakes(kind)}>
      {words}
    </button>
  );
  return (
    <ConsolePage
      heading={all.places.searchRules}
      lead={said.rulesLead}
      acts={
        may("createSearchRule") && (
          <>
            {make("synonyms", said.makeSynonyms)}
            {make("pin", said.makePin)}
          </>
        )
      }
    >
      {makes && <RuleDialog kind={makes} close={() => setMakes(undefined)} />}
      <List
        name={["searchRules"]}
        caption={all.places.searchRules}
        ask={searchRules}
        idOf={(one) => one.id}
        none={said.noRules}
        columns={[
          {
            key: "what",
            name: said.rule,
            head: true,
            cell: (one) => (one.query ? said.pinFor(one.query) : one.synonyms.join(" = ")),
          },
          {
            key: "first",
            name: said.comesFirst,
            cell: (one) => (
              <ol>
                {one.productIds.map((id) => (
                  <li key={id}>{may("listProducts") ? <Link href={pathTo.product(id)}>{id}</Link> : id}</li>
                ))}
              </ol>
            ),
          },
          { key: "since", name: all.created, end: true, cell: (one) => format.date(one.createTime) },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) => (
              <ActButton
                needs="deleteSearchRule"
                label={said.drop}
                of={one.query ?? one.synonyms.join(", ")}
                heading={said.dropOf}
                does={[said.dropDoes]}
                isBad
                act={() => dropRule(one.id)}
                told={said.dropped}
                target={one.id}
              />
            ),
          },
        ]}
      />
    </ConsolePage>
  );
}
