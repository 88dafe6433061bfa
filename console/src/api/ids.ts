/** Names of requests, and keys that make a repeat harmless. `crypto.randomUUID` needs TLS, a hall's laptop has none. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
