import { QueryClient, QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { Router } from "wouter-preact";
import { isWritten } from "../api/kept";
import { passes } from "../api/refusal";
import "../style/tokens.css";
import "../style/fonts.css";
import "../style/base.css";
import { speak } from "../text/load";
import { isLanguage, Speech } from "../text/messages";
import { App } from "./app";
import { prepare } from "./prepare";

const TRIES = 2;
const FRESH_MS = 30_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: FRESH_MS,
      refetchOnWindowFocus: false,
      retry: (tries, problem) => tries < TRIES && passes(problem),
      networkMode: "always",
    },
    mutations: { networkMode: "always" },
  },
});

// The first part of the path is the language: nginx serves nothing of the shop without one.
const [, first] = location.pathname.split("/");
const language = isLanguage(first) ? first : "en";
const place = document.getElementById("app");

if (place) {
  const path = location.pathname.slice(language.length + 1);
  const [spoken] = await Promise.all([
    speak(language),
    isWritten && prepare(queries, language, path, location.search).catch(() => undefined),
  ]);
  render(
    <Speech.Provider value={spoken}>
      <QueryClientProvider client={queries}>
        <Router base={`/${language}`}>
          <App />
        </Router>
      </QueryClientProvider>
    </Speech.Provider>,
    place,
  );
}
