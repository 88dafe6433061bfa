/** The small map: the fence in the middle, and how far out somebody was. Pure. */

import type { Whereabouts } from './evidence'

/** Radii in units of a picture that is 200 wide, with its centre in the middle. */
export interface Scale {
  fence: number
  /** Where the person was; in which direction nobody keeps. */
  person: number
  /** From where to where they may have been. */
  nearest: number
  farthest: number
  /** A round length, for the bar below. */
  bar_m: number
  bar: number
}

const EDGE = 92
const STEPS = [1, 2, 5]

const round = (most: number): number => {
  const magnitude = 10 ** Math.floor(Math.log10(most))
  return (STEPS.filter((step) => step * magnitude <= most).at(-1) ?? 1) * magnitude
}

/** Everything to one scale, so that the outermost just fits. */
export const scaleOf = ({ distance_m, accuracy_m, radius_m }: Whereabouts): Scale => {
  const doubt = accuracy_m ?? 0
  const outermost = Math.max(radius_m, distance_m + doubt, 1)
  const per = EDGE / outermost
  const bar_m = round(outermost / 2)
  return {
    fence: radius_m * per,
    person: distance_m * per,
    nearest: Math.max(0, distance_m - doubt) * per,
    farthest: (distance_m + doubt) * per,
    bar_m,
    bar: bar_m * per,
  }
}
