/** Of which days reports are: it lives in the address, and is the same on all of their pages. */

import { computed } from 'vue'
import { useRouteQuery } from '@/parts/useRouteQuery'
import { periodOf, type Period } from './period'

export const usePeriod = () => {
  const [from, to] = [useRouteQuery('from'), useRouteQuery('to')]
  const period = computed(() => periodOf(from.value, to.value, Date.now()))
  const set = (chosen: Period) => {
    from.value = chosen.from
    to.value = chosen.to
  }
  return { period, set }
}
