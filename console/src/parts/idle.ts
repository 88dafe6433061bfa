/** Waiting for the page to have nothing to do. */

/** Resolves once the browser is idle, or so long after at the latest; Safari knows no idleness and waits a moment. */
export const idle = (latest_ms: number): Promise<void> =>
  new Promise((resolve) => {
    if ('requestIdleCallback' in window) requestIdleCallback(() => resolve(), { timeout: latest_ms })
    else setTimeout(resolve, 200)
  })
