import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { product } from "../../api/catalogue";
import { useWords } from "../../text/rooms";
import { Empty } from "../../ui/empty";
import { More } from "../../ui/more";
import { Picture } from "../../ui/picture";
import { Problem, wordsOf } from "../../ui/problem";
import { Skeleton } from "../../ui/skeleton";
import { AccountFrame } from "../account/frame";
import { pathTo } from "../paths";
import { changeOf, dropWish, putWish, WISHES, type Wish, wishes } from "./wishes";
import "./wishes_page.css";

export function WishesPage() {
  return (
    <AccountFrame room="wishes">
      <List />
    </AccountFrame>
  );
}

function List() {
  const { said, text } = useWords("wishes");
  const queries = useQueryClient();
  const [gone, setGone] = useState<Wish>();
  const asked = useInfiniteQuery({
    queryKey: WISHES,
    queryFn: ({ pageParam }) => wishes(pageParam),
    initialPageParam: "",
    getNextPageParam: (last) => last.nextPageToken,
  });
  const changed = () => queries.invalidateQueries({ queryKey: WISHES });
  const drop = useMutation({
    mutationFn: (wish: Wish) => dropWish(wish.offerId).then(changed),
    onSuccess: (_, wish) => setGone(wish),
  });
  const undo = useMutation({
    mutationFn: (wish: Wish) => putWish(wish.offerId, wish.price?.currency).then(changed),
    onSuccess: () => setGone(undefined),
  });
  if (asked.isPending) return <Skeleton shape="text" count={3} />;
  if (asked.isLoadingError) return <Problem problem={asked.error} retry={() => void asked.refetch()} />;
  const found = asked.data.pages.flatMap((one) => one.wishes);
  const failed = drop.error ?? undo.error;
  return (
    <>
      <p class="said wish-said" role="status">
        {gone && said.removed(gone.title ?? said.gone)}
        {failed && wordsOf(failed, text)}
      </p>
      {gone?.productId && (
        <button type="button" class="button wish-undo" onClick={() => undo.mutate(gone)}>
          {said.undo}
        </button>
      )}
      {found.length === 0 && (
        <Empty heading={said.none} hint={said.noneHint}>
          <Link class="button button-main" href={pathTo.search()}>
            {said.browse}
          </Link>
        </Empty>
      )}
      <ul class="wishes">
        {found.map((wish) => (
          <li key={wish.offerId}>
            <One wish={wish} drop={() => drop.mutate(wish)} />
          </li>
        ))}
      </ul>
      <More list={asked}>{said.more}</More>
    </>
  );
}

function One({ wish, drop }: { wish: Wish; drop: () => void }) {
  const { said, format, language } = useWords("wishes");
  const id = wish.productId ?? "";
  // The list has no pictures: those of the pages of the products are taken, and kept with them.
  const asked = useQuery({
    queryKey: ["product", language, id],
    queryFn: () => product(language, id),
    enabled: id !== "",
  });
  const title = wish.title ?? said.gone;
  const change = changeOf(wish);
  const by = wish.price ? format.money({ ...wish.price, amount: Math.abs(change) }) : "";
  return (
    <article class="wish">
      <div class="wish-picture">
        <Picture picture={asked.data?.pictures[0]} sizes="7rem" alt="" />
      </div>
      <div class="wish-facts">
        <h2>{id ? <Link href={pathTo.product(id, title)}>{title}</Link> : title}</h2>
        {!id && <p class="quiet">{said.goneHint}</p>}
        <p class="quiet">
          {[...Object.values(wish.options), wish.seller?.displayName].filter(Boolean).join(" · ")}
        </p>
        {wish.price && (
          <p>
            <strong>{format.money(wish.price)}</strong>{" "}
            {change < 0 && <span class="badge">{said.fell(by)}</span>}
            {change > 0 && <span class="quiet">{said.rose(by)}</span>}
          </p>
        )}
        {id && <p class={wish.inStock ? "said" : "quiet"}>{wish.inStock ? said.inStock : said.soldOut}</p>}
        <p class="quiet">{said.since(format.date(wish.createTime))}</p>
      </div>
      <button type="button" class="button" aria-label={said.removeOf(title)} onClick={drop}>
        {said.remove}
      </button>
    </article>
  );
}
