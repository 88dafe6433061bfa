/** Built-in tags that are plain elements of the browser here; all others become elements called `wx-...`. */
export const PLAIN = { image: 'img', input: 'input', textarea: 'textarea', canvas: 'canvas', progress: 'progress', 'cover-image': 'img' }
