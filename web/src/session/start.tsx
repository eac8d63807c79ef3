import { QueryClient, QueryClientProvider } from "@tanstack/preact-query";
import { type ComponentType, render } from "preact";
import { Router } from "wouter-preact";
import { passes } from "../api/refusal";
import "../style/tokens.css";
import "../style/fonts.css";
import "../style/base.css";
import { speak } from "../text/load";
import { isLanguage, Speech } from "../text/messages";
import { learn, type RoomName } from "../text/rooms";
import { guarded } from "../ui/leave";
import { Again } from "./again";

const TRIES = 2;
// Others work on the same things: what is shown is asked for anew when a page is come to.
const FRESH_MS = 5_000;

/** Shows a console in the language of its URL, its routes below `/<language><base>`. `rooms`: whose words its frame and most pages say. */
export async function startConsole(App: ComponentType, base: string, ...rooms: readonly RoomName[]) {
  const queries = new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: FRESH_MS,
        retry: (tries, problem) => tries < TRIES && passes(problem),
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  const [, first] = location.pathname.split("/");
  const language = isLanguage(first) ? first : "en";
  const place = document.getElementById("app");
  if (!place) return;
  const [spoken] = await Promise.all([speak(language), learn("console", ...rooms)]);
  render(
    <Speech.Provider value={spoken}>
      <QueryClientProvider client={queries}>
        <Router base={`/${language}${base}`} aroundNav={guarded}>
          <App />
          <Again />
        </Router>
      </QueryClientProvider>
    </Speech.Provider>,
    place,
  );
}
