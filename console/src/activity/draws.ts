/** Draws some of many, each as likely as any other. Pure but for chance. */

/** A whole number below `end`, by the browser's own dice, without favour for small ones. */
export const dice = (end: number): number => {
  const limit = Math.floor(2 ** 32 / end) * end
  for (;;) {
    const [rolled = 0] = crypto.getRandomValues(new Uint32Array(1))
    if (rolled < limit) return rolled % end
  }
}

/** `count` of them, in the order they were drawn. */
export const drawn = <T>(all: readonly T[], count: number, roll: (end: number) => number = dice): T[] => {
  const left = [...all]
  return Array.from({ length: Math.min(count, left.length) }, () => left.splice(roll(left.length), 1)[0] as T)
}
