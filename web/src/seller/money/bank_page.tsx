import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Facts } from "../../ui/facts";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useShop } from "../shop";
import { BankDialog } from "./bank_dialog";
import { bankOf, heldUntil, type PayoutAccount } from "./money";

/** Where the shop's money goes, and since when. */
export function BankPage() {
  const { said } = useWords("money");
  const shop = useShop();
  const [changes, setChanges] = useState(false);
  const asked = useQuery(bankOf(shop.id));
  return (
    <ConsolePage
      heading={said.bank}
      lead={said.bankLead}
      acts={
        shop.may("payouts.write") &&
        asked.isSuccess && (
          <button type="button" class="button button-main" onClick={() => setChanges(true)}>
            {asked.data ? said.changeBank : said.sayBank}
          </button>
        )
      }
    >
      {asked.isPending && <Skeleton shape="text" count={3} />}
      {asked.isError && <Problem problem={asked.error} retry={() => void asked.refetch()} />}
      {asked.isSuccess && (asked.data ? <Shown account={asked.data} /> : <p>{said.noBank}</p>)}
      {!shop.may("payouts.write") && <p class="quiet">{said.ownersOnly}</p>}
      {changes && <BankDialog close={() => setChanges(false)} />}
    </ConsolePage>
  );
}

function Shown({ account }: { account: PayoutAccount }) {
  const { said, format } = useWords("money");
  const held = heldUntil(account);
  const fact = (name: string, value: string | undefined) => (value ? [{ name, value }] : []);
  return (
    <section class="panel">
      {held && <p role="note">{said.heldUntil(format.time(held))}</p>}
      <Facts
        facts={[
          ...fact(said.holder, account.accountHolder),
          ...fact(said.iban, account.ibanLast4 && `… ${account.ibanLast4}`),
          ...fact(said.country, account.countryCode && format.country(account.countryCode)),
          ...fact(said.bic, account.bic),
          ...fact(said.providerAccount, account.providerAccount),
          ...fact(said.changed, format.time(account.changeTime)),
        ]}
      />
    </section>
  );
}
