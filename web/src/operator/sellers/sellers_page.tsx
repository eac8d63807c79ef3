import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { STATES, sellers, TONES } from "./sellers";

export function SellersPage() {
  const { said, format } = useWords("op_shops");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["state", "name", "slug", "email"]);
  return (
    <ConsolePage heading={all.places.sellers}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        views={[
          { name: all.everything, values: {} },
          ...STATES.map((state) => ({ name: said.states[state], values: { state } })),
        ]}
        fields={[
          { name: "name", label: said.name, kind: "words" },
          { name: "email", label: said.owner, kind: "words" },
          { name: "slug", label: said.slug, kind: "words" },
        ]}
      />
      <List
        name={["sellers", values]}
        caption={all.places.sellers}
        ask={(pageToken) => sellers(values, pageToken)}
        idOf={(one) => one.id}
        none={said.none}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "name",
            name: said.name,
            head: true,
            cell: (one) => <Link href={pathTo.seller(one.id)}>{one.displayName}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>,
          },
          { key: "country", name: said.country, cell: (one) => format.country(one.countryCode) },
          { key: "slug", name: said.slug, cell: (one) => one.slug },
          { key: "since", name: said.opened, cell: (one) => format.date(one.createTime), end: true },
        ]}
      />
    </ConsolePage>
  );
}
