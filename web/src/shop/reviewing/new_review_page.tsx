import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { lazy, Suspense } from "preact/compat";
import { useState } from "preact/hooks";
import { Link, useSearch } from "wouter-preact";
import { Refusal } from "../../api/refusal";
import { useText } from "../../text/messages";
import { useReviewingText } from "../../text/reviewing";
import { Done } from "../../ui/done";
import { useKey } from "../../ui/key";
import { Problem } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { MembersOnly } from "../account/members_only";
import { order, profile } from "../account/mine";
import { NotFound } from "../frame/not_found";
import { useArrival, useTitle } from "../frame/title";
import { idIn, memberPathTo } from "../members/paths";
import { pathTo } from "../paths";
import { type Review, write } from "./reviewing";

const ReviewForm = lazy(() => import("./review_form").then((room) => room.ReviewForm));

/** The review of a line of an order. */
export function NewReviewPage({ id }: { id: string }) {
  const here = useReviewingText();
  useTitle(here.new);
  useArrival(`review ${id}`, true);
  return (
    <MembersOnly>
      <Asked id={id} />
    </MembersOnly>
  );
}

function Asked({ id }: { id: string }) {
  const orderId = idIn(useSearch(), "order");
  const asked = useQuery({
    queryKey: ["mine", "order", orderId],
    queryFn: () => order(orderId),
    enabled: orderId !== "",
  });
  const mine = useQuery(profile);
  if (orderId === "" || (asked.error instanceof Refusal && asked.error.status === 404)) return <NotFound />;
  if (asked.isError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  if (asked.isPending || mine.isPending) return <Skeleton shape="text" count={4} />;
  const line = asked.data.sellerOrders.flatMap((part) => part.lines).find((one) => one.id === id);
  if (!line) return <NotFound />;
  return <Write id={id} title={line.title} author={mine.data?.displayName ?? ""} />;
}

function Write({ id, title, author }: { id: string; title: string; author: string }) {
  const { language } = useText();
  const here = useReviewingText();
  const queries = useQueryClient();
  const key = useKey();
  const [written, setWritten] = useState<Review>();
  if (written)
    return (
      <>
        <Done
          heading={here.done}
          hint={here.doneHint}
          to={pathTo.product(written.productId, title)}
          go={here.toProduct}
        />
        <p class="done">
          <Link href={memberPathTo.review(written.id)}>{here.changeIt}</Link>
        </p>
      </>
    );
  return (
    <div class="writing">
      <h1 tabIndex={-1}>{here.new}</h1>
      <p class="quiet">{here.of(title)}</p>
      <Suspense fallback={<Skeleton shape="text" count={4} />}>
        <ReviewForm
          begin={{ rating: 0, title: "", text: "", authorName: author.slice(0, 60) }}
          pictures={[]}
          press={here.publish}
          send={async (values, pictureIds) => {
            try {
              const { authorName, ...rest } = values;
              const body = { ...rest, language, pictureIds, ...(authorName && { authorName }) };
              const made = await write(id, key.current(), body);
              void queries.invalidateQueries({ queryKey: ["reviews", made.productId] });
              setWritten(made);
            } catch (problem) {
              // What is sent after a refusal is another one.
              if (problem instanceof Refusal && problem.status >= 400 && problem.status < 500) key.next();
              throw problem;
            }
          }}
        />
      </Suspense>
    </div>
  );
}
