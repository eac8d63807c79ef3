import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Link, useSearch } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { profile } from "../../session/mine";
import { useWords } from "../../text/rooms";
import { Done } from "../../ui/done";
import { useKeys } from "../../ui/key";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { useArrival, useTitle } from "../../ui/title";
import { MembersOnly } from "../account/members_only";
import { NotFound } from "../frame/not_found";
import { idIn, memberPathTo } from "../members/paths";
import { orderOf } from "../orders/use_order";
import { pathTo } from "../paths";
import { type Review, write } from "./reviewing";

const ReviewForm = lazy(() => import("./review_form").then((room) => room.ReviewForm));

/** The review of a line of an order. */
export function NewReviewPage({ id }: { id: string }) {
  const { said } = useWords("reviewing");
  useTitle(said.new);
  useArrival(`review ${id}`, true);
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const orderId = idIn(useSearch(), "order");
  const asked = useQuery({ ...orderOf(orderId), enabled: orderId !== "" });
  const mine = useQuery(profile);
  if (orderId === "" || (asked.error instanceof Refusal && asked.error.status === 404)) return <NotFound />;
  if (asked.isLoadingError)
    return <Problem level={1} problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isPending || mine.isPending) return <Skeleton shape="text" count={4} />;
  const line = asked.data.sellerOrders.flatMap((part) => part.lines).find((one) => one.id === id);
  if (!line) return <NotFound />;
  return <Write id={id} title={line.title} author={mine.data?.displayName ?? ""} />;
}

function Write({ id, title, author }: { id: string; title: string; author: string }) {
  const { said, language } = useWords("reviewing");
  const queries = useQueryClient();
  const keys = useKeys();
  const [written, setWritten] = useState<Review>();
  if (written)
    return (
      <>
        <Done
          heading={said.done}
          hint={said.doneHint}
          to={pathTo.product(written.productId, title)}
          go={said.toProduct}
        />
        <p class="done">
          <Link href={memberPathTo.review(written.id)}>{said.changeIt}</Link>
        </p>
      </>
    );
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{said.new}</h1>
      <p class="quiet">{said.of(title)}</p>
      <Suspense fallback={<Skeleton shape="text" count={4} />}>
        <ReviewForm
          begin={{ rating: 0, title: "", text: "", authorName: author.slice(0, 60) }}
          pictures={[]}
          press={said.publish}
          send={async (values, pictureIds) => {
            try {
              const { authorName, ...rest } = values;
              const body = { ...rest, language, pictureIds, ...(authorName && { authorName }) };
              const made = await write(id, keys.of(body), body);
              void queries.invalidateQueries({ queryKey: ["reviews", made.productId] });
              setWritten(made);
            } catch (problem) {
              // What is sent after a refusal is another one.
              if (problem instanceof Refusal && problem.status >= 400 && problem.status < 500)
                keys.answered();
              throw problem;
            }
          }}
        />
      </Suspense>
    </div>
  );
}
