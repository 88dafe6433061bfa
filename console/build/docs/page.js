/* global SwaggerUIBundle */

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  tryItOutEnabled: true,
  // Nobody else hears of our document.
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis],
})
