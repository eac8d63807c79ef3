import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { useWords } from "../../text/rooms";
import { Confirm } from "../../ui/confirm";
import { Done } from "../../ui/done";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { Versions } from "../../ui/versions";
import { MembersOnly } from "../account/members_only";
import { NotFound } from "../frame/not_found";
import { pathTo } from "../paths";
import { change, type Review, remove, review, type Values, valuesOf } from "./reviewing";
import "./reviewing.css";

const ReviewForm = lazy(() => import("./review_form").then((room) => room.ReviewForm));

/** An own review, to be changed or deleted. */
export function ReviewPage({ id }: { id: string }) {
  const { said } = useWords("reviewing");
  useTitle(said.edit);
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
  if (asked.isLoadingError)
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isPending) return <Skeleton shape="text" count={4} />;
  return <Shown review={asked.data} />;
}

type Conflict = { mine: Values; pictureIds: string[]; theirs: Review };

function Shown({ review: now }: { review: Review }) {
  const { said } = useWords("reviewing");
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
      over(said.saved);
    } catch (problem) {
      if (!(problem instanceof Refusal && problem.reason === "ETAG_MISMATCH")) throw problem;
      setConflict({ mine: values, pictureIds, theirs: await review(shown.id) });
    }
  };
  if (done) return <Done heading={done} to={pathTo.product(shown.productId, "")} go={said.toProduct} />;
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{said.edit}</h1>
      {shown.state === "HIDDEN" && <p class="field-wrong">{said.hidden(shown.hiddenReason ?? "")}</p>}
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
            press={said.save}
            send={(values, pictureIds) => send(values, pictureIds, shown.etag)}
          />
        </Suspense>
      )}
      <div class="acts">
        <button type="button" class="button button-bad" onClick={() => setAsking(true)}>
          {said.remove}
        </button>
      </div>
      {asking && (
        <Confirm
          heading={`${said.remove}?`}
          hint={said.removeHint}
          press={said.remove}
          keep={said.keep}
          reasons={said.reasons}
          act={async () => {
            await remove(shown.id);
            over(said.removed);
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
  const { said } = useWords("reviewing");
  const rows = [
    { name: said.rating, mine: said.stars(mine.rating), theirs: said.stars(theirs.rating) },
    { name: said.title, mine: mine.title, theirs: theirs.title },
    { name: said.text, mine: mine.text, theirs: theirs.text },
    { name: said.author, mine: mine.authorName, theirs: theirs.authorName },
  ];
  return <Versions heading={said.changed} words={said.versions} fields={rows} {...acts} />;
}
