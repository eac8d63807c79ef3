import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { useWords } from "../../text/rooms";
import { Badge } from "../../ui/badge";
import { ConsolePage } from "../../ui/console_page";
import { Filters } from "../../ui/filters";
import { useFilters } from "../../ui/use_filters";
import { ActButton } from "../acting";
import { List } from "../listed";
import { pathTo } from "../paths";
import { useMay } from "../rights";
import { CouponDialog } from "./coupon_dialog";
import { LimitsDialog } from "./limits_dialog";
import { type Coupon, coupons, endCoupon, percent } from "./rules";

/** Everybody's coupons: the marketplace's own, and those of shops. */
export function CouponsPage() {
  const { said, format, language } = useWords("op_rules");
  const { said: all } = useWords("operator");
  const may = useMay();
  const { values, set, clear, isNarrowed } = useFilters(["state", "code", "shop"]);
  const [makes, setMakes] = useState(false);
  const [changes, setChanges] = useState<Coupon>();
  const takes = (one: Coupon) => {
    if (one.kind === "PERCENTAGE") return percent(one.percentagePpm ?? 0, language);
    return one.amount ? format.money(one.amount) : said.kinds[one.kind];
  };
  return (
    <ConsolePage
      heading={all.places.coupons}
      acts={
        may("createCoupon") && (
          <button type="button" class="button button-main" onClick={() => setMakes(true)}>
            {said.makeCoupon}
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
          { name: said.couponStates.ACTIVE, values: { state: "ACTIVE" } },
          { name: said.couponStates.ENDED, values: { state: "ENDED" } },
        ]}
        fields={[
          { name: "code", label: said.code, kind: "words" },
          { name: "shop", label: all.shopId, kind: "words" },
        ]}
      />
      {makes && <CouponDialog close={() => setMakes(false)} />}
      {changes && <LimitsDialog coupon={changes} close={() => setChanges(undefined)} />}
      <List
        name={["coupons", values]}
        caption={all.places.coupons}
        ask={(pageToken) => coupons(values, pageToken)}
        idOf={(one) => one.id}
        none={said.noCoupons}
        clear={isNarrowed ? clear : undefined}
        columns={[
          { key: "code", name: said.code, head: true, cell: (one) => one.code },
          {
            key: "state",
            name: all.state,
            cell: (one) => (
              <Badge tone={one.state === "ACTIVE" ? "good" : "quiet"}>{said.couponStates[one.state]}</Badge>
            ),
          },
          { key: "takes", name: said.takes, end: true, cell: takes },
          {
            key: "whose",
            name: said.whose,
            cell: (one) => {
              if (!one.sellerId) return said.ours;
              return may("listSellersForOperators") ? (
                <Link href={pathTo.seller(one.sellerId)}>{said.ofShop}</Link>
              ) : (
                said.ofShop
              );
            },
          },
          { key: "funder", name: said.funder, cell: (one) => said.funders[one.funder] },
          {
            key: "used",
            name: said.used,
            end: true,
            cell: (one) =>
              one.totalLimit ? said.usedOf(one.redeemed, one.totalLimit) : format.number(one.redeemed),
          },
          {
            key: "until",
            name: said.until,
            cell: (one) => (one.validUntil ? format.date(one.validUntil) : said.noEnd),
          },
          {
            key: "acts",
            name: "",
            end: true,
            cell: (one) =>
              one.state === "ACTIVE" && (
                <>
                  {may("updateCoupon") && (
                    <button
                      type="button"
                      class="button"
                      aria-label={`${said.limits}: ${one.code}`}
                      onClick={() => setChanges(one)}
                    >
                      {said.limits}
                    </button>
                  )}{" "}
                  <ActButton
                    needs="endCoupon"
                    label={said.end}
                    of={one.code}
                    heading={said.endOf(one.code)}
                    does={[said.endDoes, said.endKeeps, said.endFree]}
                    isBad
                    act={() => endCoupon(one.id)}
                    told={said.ended(one.code)}
                    target={one.id}
                  />
                </>
              ),
          },
        ]}
      />
    </ConsolePage>
  );
}
