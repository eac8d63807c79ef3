// Swagger UI over the contract of this very host: what is tried out goes to where the page comes from.
SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: "none",
  persistAuthorization: false,
  tryItOutEnabled: true,
  validatorUrl: null,
});
