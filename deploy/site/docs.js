// Swagger UI over the contract of this very host: what is tried out goes to where the page comes from.
const api = document.getElementById("api");

// Swagger UI has controls that a screen reader can't name, and texts that scroll but can't be reached by keyboard: both are mended
// whenever some appear.
const names = {
  "#servers": "Server",
  ".examples-select-element": "Example",
  ".body-param__text": "Body",
  ".content-type": "Media type",
  ".parameters-col_description select": "Value",
};

function mend() {
  for (const text of api.querySelectorAll("pre:not([tabindex])")) text.tabIndex = 0;
  for (const [selector, name] of Object.entries(names)) {
    for (const control of api.querySelectorAll(`${selector}:not([aria-label])`)) control.setAttribute("aria-label", name);
  }
}

new MutationObserver(mend).observe(api, { childList: true, subtree: true });

SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  // Links inside the buttons of operations can't be reached by keyboard.
  deepLinking: false,
  displayRequestDuration: true,
  docExpansion: "none",
  // Colours of its own highlighter are too faint.
  syntaxHighlight: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
