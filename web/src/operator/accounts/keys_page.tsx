import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { ActButton } from "../acting";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { apiKeys, revokeKey } from "./accounts";
import { KeyDialog } from "./key_dialog";

/** Keys of programs that run the marketplace. */
export function KeysPage() {
  const { said, format } = useWords("op_people");
  const { said: all } = useWords("operator");
  const may = useMay();
  const [makes, setMakes] = useState(false);
  return (
    <ConsolePage
      heading={all.places.keys}
      lead={said.keysLead}
      acts={
        may("createApiKey") && (
          <button type="button" class="button button-main" onClick={() => setMakes(true)}>
            {said.makeKey}
          </button>
        )
      }
    >
      {makes && <KeyDialog close={() => setMakes(false)} />}
      <List
        name={["keys"]}
        caption={all.places.keys}
        ask={apiKeys}
        idOf={(one) => one.id}
        none={said.noKeys}
        columns={[
          { key: "name", name: said.keyName, head: true, cell: (one) => one.name },
          { key: "prefix", name: said.keyBegins, cell: (one) => <code>{one.prefix}</code> },
          { key: "may", name: said.keyMay, cell: (one) => one.permissions.join(", ") },
          {
            key: "by",
            name: said.keyBy,
            cell: (one) =>
              may("getAccount") ? (
                <Link href={pathTo.account(one.accountId)}>{said.keyMaker}</Link>
              ) : (
                one.accountId
              ),
          },
          {
            key: "used",
            name: said.keyUsed,
            cell: (one) => (one.lastUseTime ? format.time(one.lastUseTime) : said.never),
          },
          { key: "until", name: said.keyUntil, cell: (one) => format.date(one.expireTime) },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) => (
              <ActButton
                needs="revokeApiKey"
                label={said.revokeKey}
                of={one.name}
                heading={said.revokeKeyOf(one.name)}
                does={[said.revokeKeyDoes]}
                isBad
                act={() => revokeKey(one.id)}
                told={said.revokedKey(one.name)}
                target={one.id}
              />
            ),
          },
        ]}
      />
    </ConsolePage>
  );
}
