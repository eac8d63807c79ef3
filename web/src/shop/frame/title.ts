import { useEffect } from "preact/hooks";
import { useText } from "../../text/messages";

let isFirst = true;
let isBack = false;
// Back and forward: the browser knows where one was on the page, and goes there.
addEventListener("popstate", () => {
  isBack = true;
});

/** Names the page in the tab, and after a navigation puts the focus on its heading, from where screen readers go on. Nothing while
 * `title` is not known yet. */
export function useTitle(title: string | undefined) {
  const { text } = useText();
  useEffect(() => {
    if (title === undefined) return;
    document.title = title === text.name ? title : `${title} · ${text.name}`;
  }, [title, text]);
}

/** A new page begins at its top, with its heading. The browser has done both for the first one. */
export function useArrival(path: string, ready: boolean) {
  useEffect(() => {
    if (!ready) return;
    if (isFirst) {
      isFirst = false;
      return;
    }
    if (!isBack) window.scrollTo({ top: 0, behavior: "instant" });
    isBack = false;
    document.querySelector<HTMLElement>("main h1")?.focus({ preventScroll: true });
  }, [path, ready]);
}
