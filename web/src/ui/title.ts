import { useEffect } from "preact/hooks";
import { useText } from "../text/messages";

// A second on most screens.
const FRAMES = 60;

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
    let frame = 0;
    // A page whose script came late takes its place a moment after it was made.
    const focus = (tries: number) => {
      const heading = document.querySelector<HTMLElement>("main h1");
      if (heading) heading.focus({ preventScroll: true });
      else if (tries > 0) frame = requestAnimationFrame(() => focus(tries - 1));
    };
    focus(FRAMES);
    return () => cancelAnimationFrame(frame);
  }, [path, ready]);
}
