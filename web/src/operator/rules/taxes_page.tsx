import { useState } from "preact/hooks";
import { useWords } from "../../text/rooms";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { List } from "../listed";
import { useMay } from "../rights";
import { EndRateDialog } from "./end_rate_dialog";
import { RateDialog } from "./rate_dialog";
import { percent, type TaxRate, taxRates } from "./rules";

/** How much of prices is tax, by where the goods go. */
export function TaxesPage() {
  const { said, format, language } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const may = useMay();
  const { values, set, clear, isNarrowed } = useFilters(["country"]);
  const [makes, setMakes] = useState(false);
  const [ends, setEnds] = useState<TaxRate>();
  const isOver = (one: TaxRate) => one.validUntil !== undefined && Date.parse(one.validUntil) <= Date.now();
  return (
    <ConsolePage
      heading={all.places.taxes}
      lead={said.taxesLead}
      acts={
        may("createTaxRate") && (
          <button type="button" class="button button-main" onClick={() => setMakes(true)}>
            {said.makeRate}
          </button>
        )
      }
    >
      <Filters
        label={all.narrow}
        values={values}
        set={set}
        clear={clear}
        fields={[{ name: "country", label: said.country, kind: "words", hint: said.countryHint }]}
      />
      {makes && <RateDialog close={() => setMakes(false)} />}
      {ends && <EndRateDialog rate={ends} close={() => setEnds(undefined)} />}
      <List
        name={["taxes", values]}
        caption={all.places.taxes}
        ask={(pageToken) => taxRates(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noRates}
        clear={isNarrowed ? clear : undefined}
        columns={[
          {
            key: "where",
            name: said.country,
            head: true,
            cell: (one) => [format.country(one.countryCode), one.region].filter(Boolean).join(", "),
          },
          { key: "class", name: said.taxClass, cell: (one) => said.classes[one.taxClass] ?? one.taxClass },
          { key: "rate", name: said.rate, end: true, cell: (one) => percent(one.ratePpm, language) },
          {
            key: "from",
            name: said.from,
            cell: (one) => (one.validFrom ? format.date(one.validFrom) : said.ever),
          },
          {
            key: "until",
            name: said.until,
            cell: (one) => (one.validUntil ? format.date(one.validUntil) : said.noEnd),
          },
          { key: "source", name: said.source, cell: (one) => one.source },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) =>
              may("endTaxRate") &&
              !isOver(one) && (
                <button
                  type="button"
                  class="button"
                  aria-label={`${said.endRate}: ${one.countryCode} ${one.taxClass}`}
                  onClick={() => setEnds(one)}
                >
                  {said.endRate}
                </button>
              ),
          },
        ]}
      />
    </ConsolePage>
  );
}
