/** Names of requests, and keys that make a repeat harmless. `crypto.randomUUID` needs TLS, a hall's laptop has none. */
export const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** A UUIDv7: milliseconds since 1970 in front, chance behind. Source: RFC 9562, section 5.7. */
export const newAttemptId = (now = Date.now()): string => {
  const random = newId()
  const variant = '89ab'[parseInt(random.charAt(3), 16) % 4] ?? '8'
  const time = now.toString(16).padStart(12, '0')
  return [
    time.slice(0, 8),
    time.slice(8),
    `7${random.slice(0, 3)}`,
    variant + random.slice(4, 7),
    random.slice(8, 20),
  ].join('-')
}
