import { useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { About } from "./about";
import { RULE_STATES, RULE_TONES, rules, takesOf } from "./commissions";
import { RuleDialog } from "./rule_dialog";

/** What the marketplace takes of what shops sell: every version of every rule. */
export function CommissionsPage() {
  const { said, format, language } = useWords("op_money");
  const { said: all } = useWords("operator");
  const may = useMay();
  const [, go] = useLocation();
  const { values, set, clear, isNarrowed } = useFilters(["state", "shop"]);
  const [makes, setMakes] = useState(false);
  return (
    <ConsolePage
      heading={all.places.commissions}
      lead={said.rulesLead}
      acts={
        may("createCommissionRule") && (
          <button type="button" class="button button-main" onClick={() => setMakes(true)}>
            {said.makeRule}
          </button>
        )
      }
    >
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: {} },
          ...RULE_STATES.map((state) => ({ name: said.ruleStates[state], values: { state } })),
        ]}
        fields={[{ name: "shop", label: all.shopId, kind: "words" }]}
      />
      {makes && <RuleDialog close={() => setMakes(false)} done={(made) => go(pathTo.commission(made.id))} />}
      <List
        name={["commissions", values]}
        caption={all.places.commissions}
        ask={(pageToken) => rules(values, pageToken)}
        idOf={(one) => `${one.id} ${one.version}`}
        none={said.noRules}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "name",
            name: said.rule,
            head: true,
            cell: (one) => (
              <>
                <Link href={pathTo.commission(one.id)}>{one.name}</Link>{" "}
                <span class="quiet">{said.version(one.version)}</span>
              </>
            ),
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={RULE_TONES[one.state]}>{said.ruleStates[one.state]}</Badge>,
          },
          { key: "takes", name: said.takes, cell: (one) => takesOf(one, said, format, language) },
          { key: "about", name: said.about, cell: (one) => <About rule={one} /> },
          {
            key: "from",
            name: said.from,
            cell: (one) => (one.validFrom ? format.time(one.validFrom) : said.notYet),
          },
          {
            key: "until",
            name: said.until,
            cell: (one) => (one.validUntil ? format.time(one.validUntil) : said.noEnd),
          },
        ]}
      />
    </ConsolePage>
  );
}
