/** A screen of the activity in the address, and what it says at its head. */

import { computed } from 'vue'
import { useRoute } from 'vue-router'
import { useTimes } from '@/parts/useTimes'
import { useScreen } from './useScreen'

export const useActivityScreen = (kind: Parameters<typeof useScreen>[1]) => {
  const shown = useScreen(String(useRoute().params.activity), kind)
  const { now, span } = useTimes()
  const activity = computed(() => shown.screen.value?.activity)
  const when = computed(() =>
    activity.value ? span(activity.value.starts_at, activity.value.ends_at, activity.value.time_zone) : '',
  )
  return { ...shown, now, activity, when }
}
