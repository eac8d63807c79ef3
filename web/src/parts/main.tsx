// Every part in every state, for who works on them: `npm run dev`, then /parts.html (or /parts.html?ru). No build has it.
import { QueryClient, QueryClientProvider } from "@tanstack/preact-query";
import { render } from "preact";
import { Router } from "wouter-preact";
import "../style/tokens.css";
import "../style/fonts.css";
import "../style/base.css";
import { speak } from "../text/load";
import { Speech } from "../text/messages";
import { Parts } from "./parts";

const language = location.search === "?ru" ? "ru" : "en";
const place = document.getElementById("app");

if (place) {
  const spoken = await speak(language);
  document.documentElement.lang = language;
  render(
    <Speech.Provider value={spoken}>
      <QueryClientProvider client={new QueryClient()}>
        <Router>
          <Parts />
        </Router>
      </QueryClientProvider>
    </Speech.Provider>,
    place,
  );
}
