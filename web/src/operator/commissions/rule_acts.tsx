import { useState } from "preact/hooks";
import { useAccount } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { ActButton } from "../acting";
import { useMay } from "../rights";
import { approveRule, endRule, isLive, isToCome, type Rule, takesOf, withdrawRule } from "./commissions";
import { PublishDialog } from "./publish_dialog";
import { RuleDialog } from "./rule_dialog";

/** What a rule allows: of its newest version who has proposed it leaves the approval to somebody else; any version that is in force can be
 * ended, also where a later one is a draft. */
export function RuleActs({ rule, newest }: { rule: Rule; newest: Rule }) {
  const { said, format, language } = useWords("op_money");
  const { account } = useAccount();
  const may = useMay();
  const [opens, setOpens] = useState<"" | "publish" | "change">("");
  const close = () => setOpens("");
  const { id, name, version } = rule;
  const state = version === newest.version ? rule.state : undefined;
  const takes = takesOf(rule, said, format, language);
  const isProposed = state === "PROPOSED";
  const isOwn = isProposed && rule.proposedBy === account?.id;
  return (
    <>
      {isOwn && <p role="note">{said.ownProposal}</p>}
      <div class="acts">
        {(state === "DRAFT" || isOwn) && may("publishCommissionRule") && (
          <button type="button" class="button button-main" onClick={() => setOpens("publish")}>
            {said.publish}
          </button>
        )}
        {state && !isProposed && may("updateCommissionRule") && (
          <button type="button" class="button" onClick={() => setOpens("change")}>
            {said.change}
          </button>
        )}
        {isProposed && !isOwn && (
          <ActButton
            needs="approveCommissionRule"
            label={said.approve}
            heading={said.approveOf(name, version)}
            does={[
              said.approveDoes(takes),
              said.approveWhen(format.time(rule.validFrom ?? rule.updateTime)),
              said.publishEnds,
            ]}
            act={() => approveRule(rule)}
            told={said.approved(name)}
            target={id}
          />
        )}
        {(state === "DRAFT" || isProposed || (state && isToCome(rule))) && (
          <ActButton
            needs="withdrawCommissionRule"
            label={said.withdraw}
            heading={said.withdrawOf(name)}
            does={[said.withdrawDoes, said.withdrawKeeps]}
            isBad
            act={() => withdrawRule(id)}
            told={said.withdrawn(name)}
            target={id}
          />
        )}
        {isLive(rule) && (
          <ActButton
            needs="endCommissionRule"
            label={said.end}
            heading={said.endOf(name)}
            does={[said.endDoes, said.endKeeps]}
            isBad
            act={() => endRule(id)}
            told={said.ended(name)}
            target={id}
          />
        )}
      </div>
      {opens === "publish" && <PublishDialog rule={rule} close={close} />}
      {opens === "change" && <RuleDialog rule={rule} close={close} />}
    </>
  );
}
