import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useReviewingText } from "../../text/reviewing";
import { Confirm } from "../../ui/confirm";
import { Done } from "../../ui/done";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { Versions } from "../../ui/versions";
import { MembersOnly } from "../account/members_only";
import { NotFound } from "../frame/not_found";
import { useArrival, useTitle } from "../frame/title";
import { pathTo } from "../paths";
import { change, type Review, remove, review, type Values, valuesOf } from "./reviewing";
import "./reviewing.css";

const ReviewForm = lazy(() => import("./review_form").then((room) => room.ReviewForm));

/** An own review, to be changed or deleted. */
export function ReviewPage({ id }: { id: string }) {
  const here = useReviewingText();
  useTitle(here.edit);
  useArrival(`review ${id}`, true);
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const asked = useQuery({ queryKey: ["mine", "review", id], queryFn: () => review(id) });
  if (asked.error instanceof Refusal && asked.error.status === 404) return <NotFound />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  return <Shown review={asked.data} />;
}

type Conflict = { mine: Values; pictureIds: string[]; theirs: Review };

function Shown({ review: now }: { review: Review }) {
  const here = useReviewingText();
  const queries = useQueryClient();
  const [shown, setShown] = useState(now);
  const [conflict, setConflict] = useState<Conflict>();
  const [asking, setAsking] = useState(false);
  const [done, setDone] = useState("");

  const over = (what: string) => {
    for (const queryKey of [
      ["mine", "review", shown.id],
      ["reviews", shown.productId],
    ])
      void queries.invalidateQueries({ queryKey });
    setDone(what);
  };
  const send = async (values: Values, pictureIds: string[], etag: string) => {
    try {
      await change(shown.id, etag, { ...values, pictureIds });
      over(here.saved);
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) throw problem;
      setConflict({ mine: values, pictureIds, theirs: await review(shown.id) });
    }
  };
  if (done) return <Done heading={done} to={pathTo.product(shown.productId, "")} go={here.toProduct} />;
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{here.edit}</h1>
      {shown.state === "HIDDEN" && <p class="field-wrong">{here.hidden(shown.hiddenReason ?? "")}</p>}
      {conflict ? (
        <Both
          mine={conflict.mine}
          theirs={valuesOf(conflict.theirs)}
          takeTheirs={() => {
            setShown(conflict.theirs);
            setConflict(undefined);
          }}
          keepMine={() => void send(conflict.mine, conflict.pictureIds, conflict.theirs.etag)}
        />
      ) : (
        <Suspense fallback={<Skeleton shape="text" count={4} />}>
          <ReviewForm
            key={shown.etag}
            begin={valuesOf(shown)}
            pictures={shown.pictures}
            press={here.save}
            send={(values, pictureIds) => send(values, pictureIds, shown.etag)}
          />
        </Suspense>
      )}
      <div class="acts">
        <button type="button" class="button button-bad" onClick={() => setAsking(true)}>
          {here.remove}
        </button>
      </div>
      {asking && (
        <Confirm
          heading={`${here.remove}?`}
          hint={here.removeHint}
          press={here.remove}
          keep={here.keep}
          reasons={here.reasons}
          act={async () => {
            await remove(shown.id);
            over(here.removed);
          }}
          close={() => setAsking(false)}
        />
      )}
    </div>
  );
}

function Both({
  mine,
  theirs,
  ...acts
}: {
  mine: Values;
  theirs: Values;
  takeTheirs: () => void;
  keepMine: () => void;
}) {
  const here = useReviewingText();
  const rows = [
    { name: here.rating, mine: here.stars(mine.rating), theirs: here.stars(theirs.rating) },
    { name: here.title, mine: mine.title, theirs: theirs.title },
    { name: here.text, mine: mine.text, theirs: theirs.text },
    { name: here.author, mine: mine.authorName, theirs: theirs.authorName },
  ];
  return <Versions heading={here.changed} words={here.versions} fields={rows} {...acts} />;
}
