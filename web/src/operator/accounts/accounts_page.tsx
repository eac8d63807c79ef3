import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { pathTo } from "../paths";
import { accounts, STATES, TONES } from "./accounts";

export function AccountsPage() {
  const { said, format } = useWords("op_people");
  const { said: all } = useWords("operator");
  const { values, set, clear, isNarrowed } = useFilters(["state", "email", "guest"]);
  return (
    <ConsolePage heading={all.places.accounts}>
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        fields={[
          { name: "email", label: said.email, kind: "words" },
          {
            name: "state",
            label: all.state,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              ...STATES.map((state) => ({ value: state, label: said.states[state] })),
            ],
          },
          {
            name: "guest",
            label: said.kind,
            kind: "choice",
            options: [
              { value: "", label: all.any },
              { value: "false", label: said.member },
              { value: "true", label: said.guest },
            ],
          },
        ]}
      />
      <List
        name={["accounts", values]}
        caption={all.places.accounts}
        ask={(pageToken) => accounts(values, pageToken)}
        idOf={(one) => one.id}
        none={said.none}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "email",
            name: said.email,
            head: true,
            cell: (one) => <Link href={pathTo.account(one.id)}>{one.email || one.id}</Link>,
          },
          {
            key: "state",
            name: all.state,
            cell: (one) => <Badge tone={TONES[one.state]}>{said.states[one.state]}</Badge>,
          },
          {
            key: "is",
            name: said.kind,
            cell: (one) =>
              one.roles.map((role) => all.role[role] ?? role).join(", ") ||
              (one.guest ? said.guest : said.member),
          },
          { key: "shops", name: said.shops, end: true, cell: (one) => format.number(one.sellers.length) },
          { key: "since", name: said.since, end: true, cell: (one) => format.date(one.createTime) },
        ]}
      />
    </ConsolePage>
  );
}
